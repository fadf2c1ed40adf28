// Two tasks update one user of scim-server, both for the version that was read.
//
//	scimver-peers ROUNDS
//
// Each round reads the version anew, lets both tasks go at a barrier, and each
// writes a displayName of its own.  A round is lost if both are told that
// theirs is stored: there is one user, so one of the two writes is gone.
//
// The calls are those of scim-server's own example etag_concurrency_example.rs,
// on the storage in memory that it comes with.  It shows two ways of a
// conditional update, of the operation handler and of the provider; each gets a
// line of JSON: "lost", and "neither" for rounds in which both were refused.
//
// The barrier is one of threads.  Tokio's own would run both tasks in turn on
// the thread of the one that came last, and nobody would race.
use scim_server::{
    multi_tenant::ScimOperation,
    operation_handler::{ScimOperationHandler, ScimOperationRequest},
    providers::{helpers::conditional::ConditionalOperations, StandardResourceProvider},
    resource::{version::HttpVersion, RequestContext},
    resource_handlers::create_user_resource_handler,
    storage::InMemoryStorage,
    ResourceProvider, ScimServer,
};
use serde_json::{json, Value};
use std::{
    future::Future,
    sync::{Arc, Barrier},
};

const WRITERS: usize = 2;
const LOCK: &str = include_str!("../Cargo.lock");
const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";

fn user(display_name: &str) -> Value {
    json!({"schemas": [USER], "userName": "ada", "displayName": display_name})
}

/// The version of scim-server that this was built with.
fn version() -> &'static str {
    let found = LOCK.split("name = \"scim-server\"\nversion = \"").nth(1);
    found
        .and_then(|rest| rest.split('"').next())
        .expect("scim-server in Cargo.lock")
}

/// Races `update(data, version)`, which says whether the write is stored.
async fn race<V, Read, Reading, Update, Updating>(
    way: &str,
    rounds: usize,
    read: Read,
    update: Update,
) where
    V: Clone + Send + 'static,
    Read: Fn() -> Reading,
    Reading: Future<Output = V>,
    Update: Fn(Value, V) -> Updating + Clone + Send + 'static,
    Updating: Future<Output = bool> + Send,
{
    let (mut lost, mut neither) = (0, 0);
    for round in 0..rounds {
        let version = read().await;
        let barrier = Arc::new(Barrier::new(WRITERS));
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let (barrier, update, version) = (barrier.clone(), update.clone(), version.clone());
                tokio::spawn(async move {
                    barrier.wait();
                    update(user(&format!("round {round}, writer {writer}")), version).await
                })
            })
            .collect();
        let mut stored = 0;
        for writer in writers {
            stored += writer.await.expect("a writer panicked") as usize;
        }
        lost += (stored > 1) as usize;
        neither += (stored == 0) as usize;
    }
    println!(
        "{}",
        json!({"name": "scim-server", "version": version(), "way": way, "rounds": rounds, "writers": WRITERS,
            "lost": lost, "neither": neither})
    );
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let rounds = std::env::args()
        .nth(1)
        .ok_or("scimver-peers ROUNDS")?
        .parse()?;
    let provider = StandardResourceProvider::new(InMemoryStorage::new());
    let mut server = ScimServer::new(provider.clone())?;
    let schema = server
        .get_schema_by_id(USER)
        .ok_or("no User schema")?
        .clone();
    server.register_resource_type(
        "User",
        create_user_resource_handler(schema),
        vec![
            ScimOperation::Create,
            ScimOperation::Read,
            ScimOperation::Update,
        ],
    )?;
    let handler = Arc::new(ScimOperationHandler::new(server));
    let created = handler
        .handle_operation(ScimOperationRequest::create("User", user("nobody")))
        .await;
    let id = created.metadata.resource_id.ok_or("no user was made")?;

    let (reader, writer) = ((handler.clone(), id.clone()), (handler, id.clone()));
    race(
        "operation handler",
        rounds,
        move || {
            let (handler, id) = reader.clone();
            async move {
                let found = handler
                    .handle_operation(ScimOperationRequest::get("User", &id))
                    .await;
                let etag = found.metadata.additional["etag"].as_str().expect("an ETag");
                etag.parse::<HttpVersion>().expect("an ETag")
            }
        },
        move |data, version| {
            let (handler, id) = writer.clone();
            let request =
                ScimOperationRequest::update("User", id, data).with_expected_version(version);
            async move { handler.handle_operation(request).await.success }
        },
    )
    .await;

    let (reader, writer) = ((provider.clone(), id.clone()), (provider, id));
    race(
        "conditional_update_resource",
        rounds,
        move || {
            let (provider, id) = reader.clone();
            async move {
                let context = RequestContext::with_generated_id();
                let found = provider
                    .get_resource("User", &id, &context)
                    .await
                    .expect("a read");
                found.expect("a user").version().clone()
            }
        },
        move |data, version| {
            let (provider, id) = writer.clone();
            async move {
                let context = RequestContext::with_generated_id();
                let told = provider
                    .conditional_update_resource("User", &id, data, &version, &context)
                    .await;
                told.is_ok_and(|result| result.is_success())
            }
        },
    )
    .await;
    Ok(())
}
