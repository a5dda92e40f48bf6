use palisade_fuzz::*;
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let n: u64 = a[1].parse().unwrap();
    let seed: u64 = a[2].parse().unwrap();
    let t = std::time::Instant::now();
    let mut f = Fuzz::new().actions(n).seed(seed);
    if let Some(path) = a.get(3) {
        f = f.genesis(read_genesis(path.as_ref()).unwrap());
    }
    let r = f.run().unwrap();
    println!(
        "{} actions {} accepted, {:.0}/s, branches {}",
        r.tally.actions(),
        r.tally.accepted(),
        r.tally.actions() as f64 / t.elapsed().as_secs_f64(),
        r.tally.branches().reached().count()
    );
    if let Some(f) = r.failure {
        println!(
            "{}: {} after {} of {} -> {}",
            f.history,
            f.disagreement,
            f.after,
            f.length,
            f.actions.len()
        );
        for a in &f.actions {
            println!("{a:?}");
        }
        println!("{:#?}", f.disagreement);
    }
}
