module scimver/driver

go 1.25.5
