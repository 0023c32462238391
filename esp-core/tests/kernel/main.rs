//! Our ESP and AH against Linux's own, both ways: we seal and the kernel opens, the kernel seals and we open.
//!
//! Every algorithm that both have, tunnel and transport mode, IPv4 and IPv6 inside and outside, extended sequence
//! numbers, and for AH the options and extension headers whose mutability matters. The kernel's end has its addresses on
//! a TUN device whose other side is our userspace datapath: what the kernel routes into it are the packets on the link.
//!
//! All states and policies are set before the first case, by one `ip -batch`, since a process costs much there. Each
//! case has SPIs, a UDP port and policies for that port of its own.
//!
//! ```text
//! CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUNNER=$PWD/tests/kernel-lab/run cargo test -p esp-core --test kernel
//! ```
//!
//! runs it in the kernel lab. Elsewhere the cases are ignored: few machines' kernels have all of this, and the test
//! would change the machine's own policies.
#![cfg_attr(
    target_os = "linux",
    expect(
        clippy::unwrap_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::print_stdout,
        unreachable_pub,
        reason = "a test without the built-in harness, which clippy does not recognise"
    )
)]

#[cfg(target_os = "linux")]
mod cases;
#[cfg(target_os = "linux")]
mod link;
#[cfg(target_os = "linux")]
#[path = "../support/mod.rs"]
mod support;
#[cfg(target_os = "linux")]
mod xfrm;

#[cfg(target_os = "linux")]
fn main() -> std::process::ExitCode {
    use libtest_mimic::{Arguments, ColorSetting, Completion, Failed, Trial};
    use std::sync::{Arc, Mutex};

    let mut arguments = Arguments::from_args();
    // One link, one case at a time.
    arguments.test_threads = Some(1);
    // The guest's serial line passes for a terminal.
    arguments.color = Some(arguments.color.unwrap_or(ColorSetting::Never));
    let cases = cases::all();
    let in_the_lab = std::env::var("KERNEL_LAB").is_ok_and(|value| value == "1");
    let link = (in_the_lab && !arguments.list)
        .then(|| link::Link::new(&cases).map(|link| Arc::new(Mutex::new(link))));
    println!("{} cases against the kernel", cases.len());
    let trials = grouped(cases).into_iter().map(|group| {
        let link = link.clone();
        Trial::ignorable_test(group[0].plan.group(), move || match link {
            None => Ok(Completion::ignored_with("needs a kernel with ESP and AH: tests/kernel-lab/run")),
            Some(Err(error)) => Err(Failed::from(error)),
            Some(Ok(link)) => {
                let mut link = link.lock().map_err(|_| Failed::from("a case before panicked"))?;
                for case in &group {
                    link.run(case).map_err(|error| Failed::from(format!("{}: {error}", case.name())))?;
                }
                Ok(Completion::Completed)
            }
        })
    });
    libtest_mimic::run(&arguments, trials.collect()).exit_code()
}

/// The cases of each suite together: a line of the report is a suite.
#[cfg(target_os = "linux")]
fn grouped(cases: Vec<cases::Case>) -> Vec<Vec<cases::Case>> {
    let mut groups: Vec<Vec<cases::Case>> = Vec::new();
    for case in cases {
        match groups.last_mut() {
            Some(group) if group[0].plan.group() == case.plan.group() => group.push(case),
            _ => groups.push(vec![case]),
        }
    }
    groups
}

#[cfg(not(target_os = "linux"))]
fn main() {}
