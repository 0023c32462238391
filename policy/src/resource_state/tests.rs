use super::*;

/// GW-2: the three states and their words.
#[test]
fn gw_2_states() {
    for (state, word) in ResourceState::ALL.iter().zip(["creating", "running", "deleting"]) {
        assert_eq!(state.to_string(), word);
        assert_eq!(word.parse::<ResourceState>().unwrap(), *state);
    }
    let error = "stopped".parse::<ResourceState>().unwrap_err().to_string();
    assert_eq!(error, "`stopped` is no resource state; write one of creating, running, deleting");
}
