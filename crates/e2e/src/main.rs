#![doc = include_str!("../README.md")]

fn main() -> std::process::ExitCode {
    palisade_cli::main()
}
