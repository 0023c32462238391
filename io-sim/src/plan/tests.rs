use super::*;

#[test]
fn a_seed_gives_one_plan_and_another_seed_another() {
    let bounds = PlanBounds::default();
    assert_eq!(FaultPlan::new(1, &bounds), FaultPlan::new(1, &bounds));
    assert_ne!(FaultPlan::new(1, &bounds), FaultPlan::new(2, &bounds));
}

#[test]
fn plans_stay_within_their_bounds() {
    let bounds = PlanBounds { loss: 10, other: 5, ..PlanBounds::default() };
    for seed in 0..50 {
        let plan = FaultPlan::new(seed, &bounds);
        assert!(plan.steps().windows(2).all(|pair| pair[0].0 <= pair[1].0));
        for (at, action) in plan.steps() {
            assert!(*at < bounds.duration);
            match action {
                Action::SetFaults(_, _, faults) => {
                    assert!(faults.loss <= Chance::percent(10));
                    let others = [faults.duplication, faults.corruption, faults.reordering];
                    assert!(others.into_iter().all(|chance| chance <= Chance::percent(5)));
                }
                Action::Crash(_, outage) | Action::Reconnect(_, outage) => {
                    assert!(*outage <= bounds.longest_outage);
                }
                _ => {}
            }
        }
    }
}

/// A swarm that never tries something proves nothing about it.
#[test]
fn every_kind_of_action_comes_up() {
    let bounds = PlanBounds::default();
    let mut kinds: Vec<String> = (0..50)
        .flat_map(|seed| FaultPlan::new(seed, &bounds).steps().to_vec())
        .map(|(_, action)| format!("{action:?}").split('(').next().unwrap_or_default().to_owned())
        .collect();
    kinds.sort();
    kinds.dedup();
    assert_eq!(kinds.len(), 10, "{kinds:?}");
}
