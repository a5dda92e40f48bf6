use std::{path::Path, time::Duration};

use palisade_devnet::{Devnet, Error};

/// Whether the process is there and is not just a zombie that nobody has collected yet.
fn is_alive(pid: u32) -> bool {
    std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| {
        !stat.rsplit(')').next().unwrap_or_default().trim_start().starts_with('Z')
    })
}

fn kill(pid: u32) {
    let status =
        std::process::Command::new("kill").args(["-9", &pid.to_string()]).status().unwrap();
    assert!(status.success());
}

fn parent(pid: u32) -> u32 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    stat.rsplit(')').next().unwrap().split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[tokio::test]
async fn anvil_is_gone_when_the_network_is_dropped() {
    let net = Devnet::start().await.unwrap();
    let (anvil, url) = (net.anvil_pid().unwrap(), net.url().to_owned());
    let shell = parent(anvil);
    assert!(is_alive(anvil) && is_alive(shell));
    drop(net);
    assert!(!is_alive(anvil) && !is_alive(shell));
    // Its port is free again.
    let port = url.rsplit(':').next().unwrap().parse().unwrap();
    let again = Devnet::builder().port(port).start().await.unwrap();
    assert_eq!(again.url(), url);
}

#[tokio::test]
async fn a_taken_port_is_told() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let error = Devnet::builder().port(port).start().await.unwrap_err();
    assert!(matches!(error, Error::PortTaken { port: told } if told == port), "{error}");
}

#[tokio::test]
async fn the_death_of_anvil_is_told() {
    let net = Devnet::start().await.unwrap();
    kill(net.anvil_pid().unwrap());
    let error = tokio::time::timeout(Duration::from_secs(5), net.died()).await.unwrap();
    assert!(error.to_string().starts_with("anvil died"), "{error}");
    assert!(!error.to_string().contains('\n'));
    assert!(net.epoch().await.unwrap_err().to_string().starts_with("cannot read the newest block"));
}

#[tokio::test]
async fn anvil_dies_even_if_its_shell_was_killed() {
    let net = Devnet::start().await.unwrap();
    let anvil = net.anvil_pid().unwrap();
    kill(parent(anvil));
    drop(net);
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(!is_alive(anvil));
}

#[tokio::test]
async fn a_program_that_is_no_anvil_is_told() {
    let error = Devnet::builder().anvil("/nowhere/anvil").start().await.unwrap_err();
    assert!(error.to_string().contains("/nowhere/anvil"), "{error}");
    let error = Devnet::builder().anvil("/bin/true").start().await.unwrap_err();
    assert!(matches!(error, Error::Died { .. }), "{error}");
    let error = Devnet::builder()
        .anvil("/bin/cat")
        .timeout(Duration::from_millis(500))
        .start()
        .await
        .unwrap_err();
    assert!(matches!(error, Error::Died { .. } | Error::NotReady(_)), "{error}");
}

#[tokio::test]
async fn nothing_is_left_in_the_home_folder_or_the_temporary_one() {
    let net = Devnet::start().await.unwrap();
    let cache = |pid: u32| {
        let arguments = std::fs::read_to_string(format!("/proc/{pid}/cmdline")).unwrap();
        let mut arguments =
            arguments.split('\0').skip_while(|argument| *argument != "--cache-path");
        arguments.nth(1).unwrap().to_owned()
    };
    let folder = cache(net.anvil_pid().unwrap());
    assert!(Path::new(&folder).is_dir());
    drop(net);
    assert!(!Path::new(&folder).exists());
}
