// Random numbers that are the same in every run (mulberry32).
export class Random {
	constructor(seed) {
		this.state = seed;
	}

	// 0 to n - 1
	below(n) {
		this.state = (this.state + 0x6d2b79f5) | 0;
		let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
		t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
		return ((t ^ (t >>> 14)) >>> 0) % n;
	}

	chance(percent) {
		return this.below(100) < percent;
	}

	one(list) {
		return list[this.below(list.length)];
	}

	// some of them, in their order
	some(list, percent = 50) {
		return list.filter(() => this.chance(percent));
	}
}
