//! How the page is linked.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    // Without merging: of strings that overlap in memory all go into the first file, and with them,
    // from neighbour to neighbour, nearly all data of the files that are loaded later.
    if std::env::var("CARGO_CFG_TARGET_ARCH").is_ok_and(|arch| arch == "wasm32") {
        println!("cargo::rustc-link-arg-cdylib=-O0");
    }
}
