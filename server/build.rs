//! Builds anew when the site changed that goes into the program (feature `embed`).

fn main() {
    let mut out = String::from("cargo::rerun-if-changed=build.rs");
    if std::env::var_os("CARGO_FEATURE_EMBED").is_some() {
        out.push_str("\ncargo::rerun-if-changed=../target/embed");
    }
    #[allow(
        clippy::print_stdout,
        reason = "this is how a build script talks to cargo"
    )]
    {
        println!("{out}");
    }
}
