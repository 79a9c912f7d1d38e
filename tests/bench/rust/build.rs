//! Hands the program the versions of what it is compiled with: of the crates from Cargo.lock, of the compiler from
//! itself.

use std::{env, fs, path::Path, process::Command};

/// Cargo.lock has `name = "…"` and, on the next line, `version = "…"` of each crate.
fn locked_version<'a>(lock: &'a str, name: &str) -> &'a str {
    lock.split(&format!("name = \"{name}\"\nversion = \""))
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .expect("a crate of Cargo.toml is in Cargo.lock")
}

fn main() {
    let folder = env::var("CARGO_MANIFEST_DIR").expect("cargo sets it");
    let path = Path::new(&folder).join("Cargo.lock");
    let lock = fs::read_to_string(&path).expect("cargo has written it");
    for (variable, name) in [("SERDE_JSON_VERSION", "serde_json"), ("RMP_SERDE_VERSION", "rmp-serde")] {
        println!("cargo:rustc-env={variable}={}", locked_version(&lock, name));
    }
    let output = Command::new(env::var("RUSTC").expect("cargo sets it")).arg("--version").output();
    let version = String::from_utf8(output.expect("it compiles this").stdout).expect("it is text");
    let number = version.split(' ').nth(1).expect("rustc 1.63.0 (…)");
    println!("cargo:rustc-env=RUSTC_VERSION={number}");
    println!("cargo:rerun-if-changed={}", path.display());
}
