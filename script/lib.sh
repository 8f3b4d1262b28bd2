# shellcheck shell=bash
# What the other scripts share: messages, where the tools are, which Rust to use. Sourced, not run.

set -euo pipefail
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$ROOT"

# A login shell may not have these: ~/.cargo/bin holds what cargo installs, the sbins hold dockerd.
export PATH="$PATH:${CARGO_HOME:-$HOME/.cargo}/bin:/usr/local/sbin:/usr/sbin:/sbin"

say() { printf '%s\n' "$*" >&2; }
die() {
  say "error: $*"
  exit 1
}
have() { command -v "$1" >/dev/null 2>&1; }

# The oldest rustc that builds the workspace, as "1.95", out of Cargo.toml.
rust_wanted() { sed -n 's/^rust-version = "\(.*\)"$/\1/p' Cargo.toml | head -n 1; }

# The second number of `rustc --version` ("95"), 0 where there is none.
rust_minor() {
  local version
  version=$("$1" --version 2>/dev/null) || version=
  version=${version#rustc 1.}
  version=${version%%.*}
  case $version in '' | *[!0-9]*) echo 0 ;; *) echo "$version" ;; esac
}

# True where the rustc $1 is new enough.
rust_is_new_enough() {
  local wanted
  wanted=$(rust_wanted)
  [ "$(rust_minor "$1")" -ge "${wanted#1.}" ]
}

# True where the rustc $1 has the standard library for WebAssembly.
rust_has_wasm() {
  local sysroot
  sysroot=$("$1" --print sysroot 2>/dev/null) || return 1
  compgen -G "$sysroot/lib/rustlib/wasm32-unknown-unknown/lib/libstd-*.rlib" >/dev/null
}

rust_is_complete() { rust_is_new_enough "$1" && rust_has_wasm "$1"; }

# Selects rustup's toolchain of the wanted version where the default one is older.
use_rustup_wanted() {
  have rustup && ! rust_is_new_enough rustc && rustup toolchain list 2>/dev/null | grep -q "^$(rust_wanted)" || return 0
  RUSTUP_TOOLCHAIN=$(rust_wanted)
  export RUSTUP_TOOLCHAIN
}

# Puts a complete Rust first on PATH: the user's own (rustup or not), else Debian's in /usr/bin.
# Without one it returns 1.
use_rust() {
  use_rustup_wanted
  if rust_is_complete rustc; then return 0; fi
  if [ -x /usr/bin/cargo ] && rust_is_complete /usr/bin/rustc; then
    export PATH="/usr/bin:$PATH"
    return 0
  fi
  return 1
}

# The version of the package $1 in Cargo.lock.
locked_version() {
  awk -v name="\"$1\"" '$1 == "name" && $3 == name { getline; gsub(/"/, "", $3); print $3; exit }' Cargo.lock
}

# Where cargo puts what it builds.
target_dir() { printf '%s\n' "${CARGO_TARGET_DIR:-$ROOT/target}"; }

# The Chromium to test with, or nothing.
find_chromium() {
  local it
  for it in "${CHROMIUM:-}" chromium chromium-browser google-chrome \
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" \
    "/Applications/Chromium.app/Contents/MacOS/Chromium"; do
    if [ -n "$it" ] && have "$it"; then
      command -v "$it"
      return 0
    fi
  done
  return 1
}
