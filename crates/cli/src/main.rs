//! The `palisade` command; see the library of this package.

fn main() -> std::process::ExitCode {
    palisade_cli::main()
}
