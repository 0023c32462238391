use super::*;

#[test]
fn a_scenario_is_read_as_it_is_written() {
    for scenario in Scenario::ALL {
        assert_eq!(scenario.to_string().parse(), Ok(scenario));
    }
    let error = "storm".parse::<Scenario>().unwrap_err().to_string();
    assert_eq!(error, "`storm` is no scenario; there are rekeys hours chaos");
}

#[test]
fn a_run_that_fails_says_how_to_run_it_again() {
    let failures = vec!["3.000000 not connected".to_owned()];
    let outcome = Outcome { scenario: Scenario::Chaos, seed: 17, digest: 1, failures };
    let text = outcome.to_string();
    assert!(!outcome.is_good());
    assert!(text.contains("3.000000 not connected"), "{text}");
    assert!(text.contains("SIM_SCENARIO=chaos SIM_SEED=17 cargo test"), "{text}");
}

/// Recording changes nothing of a run, and leaves its capture, keys and trace.
#[test]
fn a_recorded_run_is_the_same_run() {
    let directory = std::env::temp_dir().join(format!("ipsec-io-sim-{}", std::process::id()));
    let recorded = record(Scenario::Chaos, 3, &directory).unwrap();
    assert_eq!(recorded, run(Scenario::Chaos, 3));
    let pcap = fs::read(directory.join("chaos-3.pcap")).unwrap();
    assert_eq!(pcap[..4], [0xd4, 0xc3, 0xb2, 0xa1]);
    assert!(pcap.len() > 1_000);
    assert!(fs::read_to_string(directory.join("chaos-3.trace")).unwrap().contains("plan: "));
    assert!(directory.join("chaos-3.esp_sa").exists());
    fs::remove_dir_all(&directory).unwrap();
}
