"""The site around the deployment: two machines with DNS, NTP, LDAP, syslog and OCSP, and a PKI."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from securemode_lab.appliance.behaviour import Tls
from securemode_lab.appliance.listeners import DatagramServer, Remembering, StreamServer
from securemode_lab.appliance.tls import server_context
from securemode_lab.services import authority, dns, ldap, ntp, ocsp, papers, syslog, trap
from securemode_lab.services.behaviour import SiteBehaviour
from securemode_lab.services.certificates import shown
from securemode_lab.services.drawn import draw
from securemode_lab.services.host import Offer, ServiceHost
from securemode_lab.services.wrong import WrongCertificates

if TYPE_CHECKING:
    import ssl
    from pathlib import Path

    from securemode_lab.appliance.node import Node
    from securemode_lab.document import Credentials
    from securemode_lab.network.attachment import Network
    from securemode_lab.services.authority import Issued
    from securemode_lab.services.drawn import Drawn
    from securemode_lab.services.pki import Pki

FIRST_HOST, SECOND_HOST, VCENTER_HOST = 3, 4, 5
_VCENTER = "vcenter"
_NAMES = (("dns1", "ntp1", "ldap", "syslog", "ocsp"), ("dns2", "ntp2"))
_TLS = Tls(
    versions=frozenset({"TLSv1_2", "TLSv1_3"}),
    ciphers="ECDHE+AESGCM:DHE+AESGCM",
    ciphersuites="TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256",
    groups="P-256:P-384:P-521",
)


class Site:
    """Everything of the site that is not the product.

    Args:
        network: where its machines are attached.
        domain: of every name.
        credentials: of the people in its directory.
        pki: whose key its servers share.
        folder: for its files.
        by_address: whether nodes' certificates name them by address, for a site without DNS.
        drawn: what an earlier one like it was given by lot, None for something new.

    Attributes:
        hosts: the two machines.
        vcenter: the machine of vCenter, which starts apart from them.
        certificates: authorities, and what they have issued.
        wrong: certificates that a node should not have.
        people, ntp_keys: of `drawn`.
        drawn: what chance had a part in.
        by_address: as above.
    """

    def __init__(
        self,
        network: Network,
        domain: str,
        credentials: Credentials,
        pki: Pki,
        folder: Path,
        *,
        by_address: bool = False,
        drawn: Drawn | None = None,
    ) -> None:
        self.domain = domain
        self.hosts = [ServiceHost(network.attach(number)) for number in (FIRST_HOST, SECOND_HOST)]
        self.vcenter = ServiceHost(network.attach(VCENTER_HOST))
        self._operator = network.operator
        self._url = self._responder_url(network.port_offset)
        if drawn is not None:
            drawn.certificates.issue_again()
        self.drawn = drawn or draw(pki, self._url, domain, credentials)
        self.certificates, self.people = self.drawn.certificates, self.drawn.people
        self.ntp_keys = self.drawn.ntp_keys
        self._credentials = credentials
        self._folder = folder
        self.by_address = by_address
        self._nodes: dict[str, Issued] = {}
        self._zone = dns.Zone(domain)
        behaviour = SiteBehaviour()
        self.dns = [dns.DnsServer(self._zone, lookups) for lookups in behaviour.dns]
        self.ntp: list[ntp.NtpServer] = []
        self.ldap = ldap.LdapServer(self.people.tree)
        self.collector = syslog.Collector(folder / "syslog.jsonl")
        self.responder = ocsp.Responder(self.certificates.delegates())
        self._behaviour = behaviour
        self.wrong = WrongCertificates(pki, self.certificates, self.responder.revoked)
        self._enter_hosts()

    @property
    def dns_addresses(self) -> list[str]:
        """Of the DNS servers."""
        return [host.attachment.ipv4 for host in self.hosts]

    @property
    def ntp_addresses(self) -> list[str]:
        """Of the NTP servers."""
        return self.dns_addresses

    @property
    def vcenter_fqdn(self) -> str:
        """Name of vCenter."""
        return f"{_VCENTER}.{self.domain}"

    @cached_property
    def vcenter_certificate(self) -> Issued:
        """What vCenter was given by the site's CA."""
        order = authority.server(self.vcenter_fqdn, self.vcenter.addresses)
        return self.certificates.server(order)

    def vcenter_context(self) -> ssl.SSLContext:
        """What vCenter shows to whoever connects."""
        return server_context(_TLS, shown(self.vcenter_certificate))

    def add_node(self, node: Node) -> None:
        """Give a node a name in the zone and a certificate that its operator could upload."""
        plate, attachment = node.nameplate, node.attachment
        addresses = [address for address in (attachment.ipv4, attachment.ipv6) if address]
        self._zone.add_host(plate.fqdn, addresses)
        self.ldap.known_clients.update(addresses)
        order = authority.server(plate.fqdn)
        if self.by_address:
            order = authority.Order(common_name=attachment.ipv4, purposes=order.purposes)
        issued = self._nodes[plate.name] = self.certificates.server(order)
        self.responder.watched.add(issued.certificate.serial_number)

    def certificate_of(self, node: str) -> Issued:
        """What was issued for a node, by its short name."""
        return self._nodes[node]

    async def start(self) -> None:
        """Switch the machines on."""
        await self.hosts[0].start([*self._common(0), *self._only_first()])
        await self.hosts[1].start(self._common(1))

    async def stop(self) -> None:
        """Switch them off."""
        for host in self.hosts:
            await host.stop()

    def obey(self, behaviour: SiteBehaviour) -> None:
        """Behave like this from now on."""
        self._behaviour = behaviour
        for server, lookups in zip(self.dns, behaviour.dns, strict=True):
            server.lookups = lookups
        for clock in self.ntp:
            clock.timekeeping = behaviour.ntp[clock.number]
        self.ldap.down = behaviour.ldap_down
        self.ldap.refuses_strangers = behaviour.ldap_refuses_binds
        self.collector.deaf = behaviour.syslog_deaf
        self.responder.revocation = behaviour.revocation

    def document(self) -> dict[str, Any]:
        """What the lab's document says of the site; the certificates become files."""
        folder = self._folder / "certificates"
        folder.mkdir(mode=0o700)
        identities = self.certificates.identities(self._credentials.roles)
        self.responder.revoked.add(identities["revoked"].issued.certificate.serial_number)
        own = self.certificates
        return {
            "services": self._services(),
            "trap": trap.document(self.domain, self._operator, own, folder),
            "trust": {
                "ca_file": papers.write(folder / "root.pem", own.root.own.pem),
                "intermediate_file": papers.write(
                    folder / "intermediate.pem", own.intermediate.own.pem
                ),
            },
            "certificates": {
                name: papers.write_pair(folder, f"node-{name}", issued)
                for name, issued in self._nodes.items()
            },
            "identities": {
                name: {
                    **papers.write_pair(folder, f"identity-{name}", identity.issued),
                    "username": identity.username,
                }
                for name, identity in identities.items()
            },
        }

    def cards(self) -> dict[str, dict[str, str]]:
        """Client certificate and key of everybody in the directory, as files, by login name."""
        folder = self._folder / "people"
        folder.mkdir(mode=0o700)
        issue = self.certificates.intermediate.issue
        names = [login.username for _role, login in self._credentials.people]
        return {
            name: papers.write_pair(folder, name, issue(authority.person(name))) for name in names
        }

    def asked(self) -> dict[str, Any]:
        """What was asked of each service so far, for tests."""
        return {
            "dns": [list(server.asked) for server in self.dns],
            "ntp": [
                [asked for clock in self.ntp if clock.number == number for asked in clock.asked]
                for number in range(len(self.hosts))
            ],
            "ldap": list(self.ldap.bound),
            "ocsp": [f"{serial:X}" for serial in self.responder.asked],
        }

    def _services(self) -> dict[str, Any]:
        people, first = self.people, self.hosts[0].attachment.ipv4
        clocks = zip(self.ntp_addresses, self.ntp_keys, strict=True)
        return {
            "dns": [{"address": address} for address in self.dns_addresses],
            "ntp": [{"address": a, "key_id": number, "key": key} for a, (number, key) in clocks],
            "ldap": {
                "server": f"ldap.{self.domain}",
                "address": first,
                "port": ldap.TLS_PORT,
                "base_dn": people.tree.base,
                "bind_username": people.bind_username,
                "bind_password": people.bind_password,
                "groups": people.groups,
            },
            "syslog": {
                "address": first,
                "port": syslog.PORT,
                "transport": "udp",
                "received": str(self._folder / "syslog.jsonl"),
            },
            "ocsp": {"url": self._url},
        }

    def _enter_hosts(self) -> None:
        for host, names in zip(self.hosts, _NAMES, strict=True):
            for name in names:
                self._zone.add_host(f"{name}.{self.domain}", host.addresses)
        self._zone.add_host(self.vcenter_fqdn, self.vcenter.addresses)
        self._zone.add_host(f"{trap.HOST}.{self.domain}", [a for a in self._operator if a])
        for service, name, port in (
            ("_ldaps._tcp", "ldap", ldap.TLS_PORT),
            ("_ldap._tcp", "ldap", ldap.TLS_PORT),
            ("_ntp._udp", "ntp1", ntp.PORT),
            ("_ntp._udp", "ntp2", ntp.PORT),
            ("_syslog._udp", "syslog", syslog.PORT),
        ):
            self._zone.add_service(service, f"{name}.{self.domain}", port)

    def _common(self, number: int) -> list[Offer]:
        """DNS and NTP, which both machines offer."""
        names = self.dns[number]
        streams = partial(Remembering, partial(dns.DnsStream, names))
        return [
            Offer("udp", dns.PORT, lambda: DatagramServer(partial(dns.DnsDatagrams, names))),
            Offer("tcp", dns.PORT, lambda: StreamServer(streams())),
            Offer("udp", ntp.PORT, lambda: DatagramServer(partial(self._clock, number))),
        ]

    def _clock(self, number: int) -> ntp.NtpServer:
        keys = dict([self.ntp_keys[number]])
        server = ntp.NtpServer(keys, self._behaviour.ntp[number], number)
        self.ntp.append(server)
        return server

    def _only_first(self) -> list[Offer]:
        """Directory, collector and OCSP responder."""
        first = self.hosts[0]
        names = [f"{name}.{self.domain}" for name in _NAMES[0]]
        order = replace(authority.server(names[2], first.addresses), names=names)
        context = server_context(_TLS, shown(self.certificates.server(order)))
        directory = partial(Remembering, partial(ldap.LdapStream, self.ldap))
        plain = partial(Remembering, partial(syslog.SyslogStream, self.collector, "tcp"))
        secure = partial(Remembering, partial(syslog.SyslogStream, self.collector, "tls"))
        datagrams = partial(syslog.SyslogDatagrams, self.collector)
        return [
            Offer("tcp", ldap.TLS_PORT, lambda: StreamServer(directory(), context)),
            Offer("udp", syslog.PORT, lambda: DatagramServer(datagrams)),
            Offer("tcp", syslog.PORT, lambda: StreamServer(plain())),
            Offer("tcp", syslog.TLS_PORT, lambda: StreamServer(secure(), context)),
            Offer("tcp", ocsp.PORT, lambda: StreamServer(self.responder.over_http)),
        ]

    def _responder_url(self, port_offset: int) -> str:
        port = f":{ocsp.PORT + port_offset}" if port_offset else ""
        return f"http://{self.hosts[0].attachment.ipv4}{port}/"
