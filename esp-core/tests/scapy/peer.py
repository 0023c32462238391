"""scapy's SecurityAssociation as the other end: one request in JSON on each line of the input, one answer on each line of
the output. Every request names a whole Security Association, so that no state is kept here."""

import json
import sys
import warnings

warnings.filterwarnings("ignore")

from scapy.layers.inet import IP, UDP  # noqa: E402
from scapy.layers.inet6 import IPv6  # noqa: E402
from scapy.layers.ipsec import AH, ESP, SecurityAssociation  # noqa: E402
from scapy.packet import raw  # noqa: E402


def parse(octets):
    return (IP if octets[0] >> 4 == 4 else IPv6)(octets)


def association(ask):
    options = {"spi": ask["spi"], "seq_num": ask["sequence"]}
    if ask["crypt"]:
        options.update(crypt_algo=ask["crypt"], crypt_key=bytes.fromhex(ask["crypt_key"]))
    if ask["icv_len"]:
        options.update(crypt_icv_size=ask["icv_len"])
    if ask["auth"]:
        options.update(auth_algo=ask["auth"], auth_key=bytes.fromhex(ask["auth_key"]))
    if ask["tunnel"]:
        source, destination = ask["tunnel"]
        header = IPv6(src=source, dst=destination) if ":" in source else IP(src=source, dst=destination, id=7)
        options.update(tunnel_header=header)
    if ask["udp"]:
        source, destination = ask["udp"]
        options.update(nat_t_header=UDP(sport=source, dport=destination))
    if ask["esn"] is not None:
        options.update(esn_en=True, esn=ask["esn"])
    return SecurityAssociation({"ESP": ESP, "AH": AH}[ask["protocol"]], **options)


def answer(ask):
    association_ = association(ask)
    packet = parse(bytes.fromhex(ask["packet"]))
    result = association_.encrypt(packet) if ask["do"] == "seal" else association_.decrypt(packet)
    return {"packet": raw(result).hex()}


for line in sys.stdin:
    try:
        reply = answer(json.loads(line))
    except Exception as error:  # whatever it is, it is the answer
        reply = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(reply), flush=True)
