use super::*;

#[test]
fn the_larger_of_the_two_counts() {
    let conf = std::env::temp_dir().join(format!("ipsec-rp-filter-{}", std::process::id()));
    for (all, own, strict) in [(0, 0, false), (1, 0, true), (0, 1, true), (2, 1, false), (1, 2, false)] {
        for (name, value) in [("all", all), ("eth0", own)] {
            std::fs::create_dir_all(conf.join(name)).unwrap();
            std::fs::write(conf.join(name).join("rp_filter"), format!("{value}\n")).unwrap();
        }
        assert_eq!(filters_strictly_under(&conf, "eth0"), strict, "all {all}, eth0 {own}");
    }
    assert!(!filters_strictly_under(&conf.join("nowhere"), "eth0"));
    std::fs::remove_dir_all(&conf).unwrap();
}
