use super::*;

/// GW-1: what may be left out has its default, what is the gateway's own may not.
#[test]
fn gw_1_from_text() {
    let text = "id = \"g-1\"\nsubnet = \"10.0.1.0/24\"\nvpc = { id = \"v-1\", cidrs = [\"10.0.0.0/16\"] }\n";
    let gateway: VpnGateway =
        toml::from_str(&format!("{text}external = {{ address = \"106.75.234.78\" }}")).unwrap();
    assert!(gateway.external.default_route && gateway.name.is_empty());
    assert_eq!(gateway.state, ResourceState::Running);
    let again: VpnGateway = toml::from_str(&toml::to_string(&gateway).unwrap()).unwrap();
    assert_eq!(again, gateway);
    assert!(toml::from_str::<VpnGateway>(text).unwrap_err().message().contains("external"));
}
