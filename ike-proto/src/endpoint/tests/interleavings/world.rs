//! Two endpoints and what is under way between them, as a value that can go on in several ways.

use std::boxed::Box;
use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use esp_core::command::SaEvent;
use esp_core::sa::{Direction, SaParams};
use esp_core::time::Instant;

use crate::config::Limits;
use crate::endpoint::{Command, Endpoint, Input, Output};
use crate::suite::DhGroup;
use crate::testing::{CONNECTION, Datapath, SeededRng, connection};

/// How long after it was sent a packet must still be received.
const IN_FLIGHT: Duration = Duration::from_secs(1);
/// What is due later than this after the start is the ordinary life of SAs.
const HORIZON: Duration = Duration::from_secs(1_000);

/// What an end does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    Nothing,
    RekeyChild,
    RekeyIke,
    DeleteChild,
    DeleteIke,
}

impl Action {
    pub(super) const ALL: [Self; 5] =
        [Self::Nothing, Self::RekeyChild, Self::RekeyIke, Self::DeleteChild, Self::DeleteIke];

    fn deletes(self) -> bool {
        matches!(self, Self::DeleteChild | Self::DeleteIke)
    }
}

/// What may happen next.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step {
    /// An end begins what it does.
    Begin(usize),
    /// A datagram arrives.
    Deliver(usize),
    /// A datagram is lost.
    Lose(usize),
    /// A datagram arrives, and will arrive once more.
    Double(usize),
    /// What is under way is late: a timer fires first.
    Late,
    /// Nothing is under way: the next timer fires.
    Wait,
}

/// A datagram under way.
#[derive(Clone)]
struct Letter {
    to: usize,
    local: SocketAddr,
    remote: SocketAddr,
    payload: Vec<u8>,
    digest: u64,
}

/// An endpoint with what stands around it.
struct End {
    endpoint: Endpoint,
    address: IpAddr,
    datapath: Datapath,
    /// Of every input so far: with the seed, all that the endpoint's state is a function of.
    history: u64,
    begun: bool,
    /// What packets were sent with, and when last.
    used: Vec<(Instant, SaParams)>,
}

/// Everything.
pub(super) struct World {
    ends: [End; 2],
    wire: Vec<Letter>,
    now: Instant,
    started: Instant,
    actions: [Action; 2],
    faults: u8,
    busy: bool,
    seed: u64,
}

fn mix(hash: u64, octets: &[u8]) -> u64 {
    let step = |hash: u64, octet: &u8| (hash ^ u64::from(*octet)).wrapping_mul(0x0000_0100_0000_01b3);
    let hash = octets.iter().fold(hash ^ 0xcbf2_9ce4_8422_2325, step);
    hash ^ (hash >> 29)
}

fn mix_number(hash: u64, number: u64) -> u64 {
    mix(hash, &number.to_be_bytes())
}

impl World {
    /// Two ends that are connected and about to act.
    pub(super) fn connected(actions: [Action; 2], faults: u8, busy: bool, seed: u64) -> Self {
        let addresses = [IpAddr::from([192, 0, 2, 1]), IpAddr::from([192, 0, 2, 2])];
        let end = |side: usize| {
            let mut endpoint = Endpoint::new(Limits::default(), Box::new(SeededRng::new(0)));
            let mut config = connection(addresses[side], addresses[1 - side], side == 0);
            config.ike_proposals[0].groups = vec![DhGroup::Modp768];
            config.liveness.delay = Duration::ZERO;
            endpoint.handle_input(Instant::ZERO, Input::Command(Command::Add(CONNECTION, Box::new(config))));
            End {
                endpoint,
                address: addresses[side],
                datapath: Datapath::default(),
                history: u64::try_from(side).unwrap(),
                begun: false,
                used: Vec::new(),
            }
        };
        let mut world = Self {
            ends: [end(0), end(1)],
            wire: Vec::new(),
            now: Instant::from_secs(1_000),
            started: Instant::from_secs(1_000),
            actions,
            faults,
            busy,
            seed,
        };
        world.input(0, b"initiate", |_| Input::Command(Command::Initiate(CONNECTION)));
        while !world.wire.is_empty() {
            let letter = world.wire.remove(0);
            world.receive(&letter);
        }
        world.now = world.now + Duration::from_secs(100);
        world.started = world.now;
        world.wait();
        world.after();
        world
    }

    /// The same once more.
    pub(super) fn fork(&self) -> Self {
        let end = |end: &End| End {
            endpoint: end.endpoint.fork(Box::new(SeededRng::new(0))),
            address: end.address,
            datapath: end.datapath.clone(),
            history: end.history,
            begun: end.begun,
            used: end.used.clone(),
        };
        Self {
            ends: [end(&self.ends[0]), end(&self.ends[1])],
            wire: self.wire.clone(),
            now: self.now,
            started: self.started,
            actions: self.actions,
            faults: self.faults,
            busy: self.busy,
            seed: self.seed,
        }
    }

    /// The same for two worlds that are the same.
    pub(super) fn key(&self) -> u64 {
        let mut letters: Vec<u64> = self.wire.iter().map(|letter| letter.digest).collect();
        letters.sort_unstable();
        let mut key = mix_number(u64::from(self.faults), self.now.as_micros());
        for end in &self.ends {
            key = mix_number(mix_number(key, end.history), u64::from(end.begun));
        }
        letters.into_iter().fold(key, mix_number)
    }

    /// What may happen next; nothing at the end.
    pub(super) fn steps(&self) -> Vec<Step> {
        let mut steps = Vec::new();
        for side in [0, 1] {
            if !self.ends[side].begun {
                steps.push(Step::Begin(side));
            }
        }
        let mut seen = BTreeSet::new();
        let once = |(place, letter): (usize, &Letter)| seen.insert(letter.digest).then_some(place);
        let letters: Vec<usize> = self.wire.iter().enumerate().filter_map(once).collect();
        steps.extend(letters.iter().map(|place| Step::Deliver(*place)));
        if self.faults > 0 && !letters.is_empty() {
            steps.extend(letters.iter().map(|place| Step::Lose(*place)));
            steps.extend(letters.iter().map(|place| Step::Double(*place)));
            if self.next_timeout().is_some() {
                steps.push(Step::Late);
            }
        }
        if steps.is_empty() && self.next_timeout().is_some() {
            steps.push(Step::Wait);
        }
        steps
    }

    /// A step in words.
    pub(super) fn describe(&self, step: Step) -> String {
        match step {
            Step::Begin(side) => format!("{} begins {:?}", "AB".as_bytes()[side] as char, self.actions[side]),
            Step::Deliver(place) | Step::Lose(place) | Step::Double(place) => {
                let letter = &self.wire[place];
                let header = &letter.payload[..28];
                format!(
                    "{step:?} to {}: exchange {} flags {:#x} id {} of IKE SA {:02x?}, {} octets",
                    "AB".as_bytes()[letter.to] as char,
                    header[18],
                    header[19],
                    u32::from_be_bytes(header[20..24].try_into().unwrap()),
                    &header[..2],
                    letter.payload.len(),
                )
            }
            Step::Late | Step::Wait => {
                let due = [0, 1].map(|side| self.ends[side].endpoint.next_timeout());
                format!("{step:?} from {} for {due:?}", self.now)
            }
        }
    }

    /// Lets it happen.
    pub(super) fn take(&mut self, step: Step) {
        match step {
            Step::Begin(side) => self.begin(side),
            Step::Deliver(place) => {
                let letter = self.wire.remove(place);
                self.receive(&letter);
            }
            Step::Lose(place) => {
                self.wire.remove(place);
                self.faults -= 1;
            }
            Step::Double(place) => {
                let letter = self.wire[place].clone();
                self.faults -= 1;
                self.receive(&letter);
            }
            Step::Late => {
                self.faults -= 1;
                self.wait();
            }
            Step::Wait => self.wait(),
        }
        self.after();
    }

    fn begin(&mut self, side: usize) {
        self.ends[side].begun = true;
        let child =
            self.ends[side].endpoint.child_sas(CONNECTION, self.now).last().map(|child| child.inbound);
        let command = match self.actions[side] {
            Action::Nothing => return,
            Action::RekeyChild => Command::RekeyChild(CONNECTION),
            Action::RekeyIke => Command::RekeyIke(CONNECTION),
            Action::DeleteIke => Command::Terminate(CONNECTION),
            Action::DeleteChild => match child {
                Some(spi) => Command::TerminateChild(CONNECTION, spi),
                None => return,
            },
        };
        self.input(side, b"begin", |_| Input::Command(command));
    }

    fn receive(&mut self, letter: &Letter) {
        let digest = letter.digest.to_be_bytes();
        self.input(letter.to, &digest, |_| Input::Datagram {
            local: letter.local,
            remote: letter.remote,
            payload: &letter.payload,
        });
    }

    /// When the next timer fires that is not the ordinary end of an SA.
    fn next_timeout(&self) -> Option<Instant> {
        let due = self.ends.iter().filter_map(|end| end.endpoint.next_timeout().map(|(at, _)| at)).min();
        due.filter(|at| *at < self.started + HORIZON)
    }

    fn wait(&mut self) {
        let Some(at) = self.next_timeout() else { return };
        self.now = self.now.max(at);
        for side in [0, 1] {
            if self.ends[side].endpoint.next_timeout().is_some_and(|(at, _)| at <= self.now) {
                self.input(side, b"timeout", |_| Input::Timeout);
            }
        }
    }

    /// Gives an input to an end. Its randomness is drawn from its history, so that the same history draws the same.
    fn input<'a>(&mut self, side: usize, what: &[u8], input: impl FnOnce(&World) -> Input<'a>) {
        let input = input(self);
        let now = self.now;
        let end = &mut self.ends[side];
        end.history = mix(mix_number(end.history, now.as_micros()), what);
        end.endpoint.rng = Box::new(SeededRng::new(mix_number(end.history, self.seed)));
        end.endpoint.handle_input(now, input);
        self.drain(side);
    }

    fn drain(&mut self, side: usize) {
        let now = self.now;
        loop {
            let end = &mut self.ends[side];
            match end.endpoint.poll_output() {
                Output::Sa(command) => {
                    end.datapath.apply(&command);
                    end.datapath.log.clear();
                }
                Output::Event(_) => {}
                Output::Transmit(transmit) => {
                    let to = 1 - side;
                    assert_eq!(transmit.remote.ip(), self.ends[to].address);
                    let digest = mix_number(mix(0, &transmit.payload), u64::try_from(to).unwrap());
                    self.wire.push(Letter {
                        to,
                        local: transmit.remote,
                        remote: transmit.local,
                        payload: transmit.payload,
                        digest,
                    });
                }
                Output::Timeout(_) => match end.datapath.events.pop_front() {
                    Some(SaEvent::FirstUse { key }) => {
                        let what = mix_number(0, u64::from(key.spi.get())).to_be_bytes();
                        end.history = mix(end.history, &what);
                        end.endpoint.handle_input(now, Input::Sa(SaEvent::FirstUse { key }));
                    }
                    Some(event) => end.endpoint.handle_input(now, Input::Sa(event)),
                    None => return,
                },
            }
        }
    }

    /// Whether something was to be deleted, so that traffic may end.
    fn deletes(&self) -> bool {
        [0, 1].into_iter().any(|side| self.ends[side].begun && self.actions[side].deletes())
    }

    /// Traffic never stops on a healthy link: what an end sends now, and what it has sent a moment ago, is received.
    fn after(&mut self) {
        for side in [0, 1] {
            let now = self.now;
            let end = &mut self.ends[side];
            end.used.retain(|(at, _)| *at + IN_FLIGHT >= now);
            let outbound = end.datapath.outbound().cloned();
            if let Some(params) = &outbound {
                end.used.retain(|(_, used)| used.spi != params.spi);
                end.used.push((now, params.clone()));
            }
            if self.deletes() {
                continue;
            }
            assert!(outbound.is_some(), "side {side} has nothing to send with");
            for (_, params) in &self.ends[side].used {
                let accepted = self.ends[1 - side].datapath.accepts(now, params);
                assert!(accepted.is_some(), "a packet of side {side} with {} is lost", params.spi);
            }
        }
        for side in [0, 1] {
            if self.busy
                && let Some(params) = self.ends[side].datapath.outbound().cloned()
            {
                let now = self.now;
                self.ends[1 - side].datapath.receive(now, &params);
                self.drain(1 - side);
            }
        }
    }

    /// Both ends agree on what there is, and nothing else is kept.
    pub(super) fn assert_settled(&self) {
        let of = |side: usize| {
            let endpoint = &self.ends[side].endpoint;
            let ike: Vec<_> = endpoint.ike_sas(CONNECTION, self.now).map(|sa| sa.name).collect();
            let children = endpoint.child_sas(CONNECTION, self.now);
            let children: BTreeSet<_> = children.map(|child| (child.inbound, child.outbound)).collect();
            (ike, children)
        };
        let (ours, theirs) = (of(0), of(1));
        let mirrored: BTreeSet<_> =
            theirs.1.iter().map(|(inbound, outbound)| (*outbound, *inbound)).collect();
        assert_eq!((&ours.0, &ours.1), (&theirs.0, &mirrored), "the ends disagree");
        let (ike, children) = (ours.0.len(), ours.1.len());
        let some = |action| self.actions.contains(&action);
        if some(Action::DeleteIke) {
            assert_eq!((ike, children), (0, 0));
        } else if !some(Action::DeleteChild) {
            assert_eq!((ike, children), (1, 1));
        } else {
            assert_eq!(ike, 1);
            assert!(children <= usize::from(some(Action::RekeyChild)));
        }
        for end in &self.ends {
            assert_eq!(end.endpoint.ike_sa_count(), ike);
            let [spis, first_messages, sas, inbound] = end.endpoint.registry.counts();
            assert_eq!((spis, sas, inbound), (ike, 2 * children, children), "something is left in an index");
            assert!(first_messages <= ike);
            let in_datapath = [Direction::Inbound, Direction::Outbound].map(|d| end.datapath.sas(d).len());
            assert_eq!(in_datapath, [children, children], "something is left in a datapath");
        }
    }
}
