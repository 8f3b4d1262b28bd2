//! Tells the code whether cargo-leptos is going to split the page (`--split`): for that, and for
//! nothing else, it has the linker keep its relocations.

fn main() {
    let flags = std::env::var("CARGO_ENCODED_RUSTFLAGS").unwrap_or_default();
    let mut out =
        String::from("cargo::rerun-if-changed=build.rs\ncargo::rustc-check-cfg=cfg(split)");
    if flags.contains("--emit-relocs") {
        out.push_str("\ncargo::rustc-cfg=split");
    }
    #[allow(
        clippy::print_stdout,
        reason = "this is how a build script talks to cargo"
    )]
    {
        println!("{out}");
    }
}
