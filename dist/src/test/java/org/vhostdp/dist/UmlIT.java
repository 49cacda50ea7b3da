package org.vhostdp.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;
import org.vhostdp.attest.json.Json;
import org.vhostdp.guest.machine.GuestNic;
import org.vhostdp.guest.machine.GuestSpec;
import org.vhostdp.guest.machine.UmlGuest;

/**
 * User-mode Linux as front-end: a whole kernel at native speed that leaves its control queue and
 * its configuration space to us. One guest on a port with two queue pairs and an MTU of 9000.
 */
@Tag("uml")
@ExtendWith({Diagnosis.class, LeavesNothing.class})
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class UmlIT {
  private static final int MTU = 9000;
  private static final long BIG = 128 << 20;
  private static final long SMALL = 16 << 20;
  private static final Duration BOOT = Duration.ofSeconds(150);
  private static final Duration LIFE = Duration.ofMinutes(8);

  private Lab lab;
  private TapPort port;
  private VhostDp running;
  private LinuxGuest guest;

  @BeforeAll
  void boot() throws Exception {
    UmlGuest.unavailable().ifPresent(Assumptions::abort);
    Needs.program("ethtool", "ethtool");
    Needs.program("ping", "iputils-ping");
    lab = Lab.open();
    port = TapPort.in(lab, "uml", 2, MTU);
    running = VhostDp.start(lab, port.optionsWithAddress());
    GuestSpec spec =
        GuestSpec.of(GuestNic.on(port.socket())).withWorkDir(lab.folder()).withLimits(BOOT, LIFE);
    guest = LinuxGuest.on(lab, UmlGuest.start(spec));
  }

  @AfterAll
  void end() throws IOException {
    if (guest != null) {
      guest.close();
    }
    if (lab != null) {
      lab.close();
    }
  }

  @Test
  @Order(1)
  void itsPingsComeBackInFramesOfEveryLengthUpToTheMtu() throws Exception {
    guest.pings(50);
    guest.carriesFramesOf(MTU);
  }

  @Test
  @Order(1)
  void theControlQueueIsNegotiatedAndObeyed() throws Exception {
    List<?> features = Json.array(Json.at(running.port(port.id()), "features"));
    assertTrue(
        features.containsAll(List.of("ctrl_vq", "ctrl_rx", "ctrl_vlan", "mq")), "" + features);
    guest.run("ip link set NIC promisc on && ip link set NIC promisc off");
    guest.run("ip link set NIC allmulticast on && ip link set NIC allmulticast off");
    String mac = "02:00:00:00:00:55";
    guest.run("ip link set NIC address " + mac);
    assertEquals(mac, guest.run("cat /sys/class/net/NIC/address"));
    lab.run(LinuxGuest.LIMIT, "ip", "neigh", "flush", "all");
    guest.pings(10);
    assertEquals("", guest.run("dmesg | grep -i 'failed to set' || true"));
  }

  @Test
  @Order(1)
  void aVlanOfTheGuestSendsItsTaggedFrames() throws Exception {
    Needs.program("tcpdump", "tcpdump");
    String[] watch = {
      "tcpdump", "-l", "-n", "-e", "-c", "1", "-i", port.ifname(), "vlan 5 and arp"
    };
    try (Session tcpdump = lab.start(LinuxGuest.LIMIT, Map.of(), List.of(watch))) {
      tcpdump.awaitOutput("listening on", LinuxGuest.LIMIT);
      guest.run("modprobe -d /run/modules 8021q");
      guest.run("ip link add link NIC name v5 type vlan id 5 && ip link set v5 up");
      guest.run("ip addr add 198.51.100.2/24 dev v5");
      guest.run("ping -n -c 1 -W 1 198.51.100.1 || true");
      tcpdump.awaitOutput("who-has 198.51.100.1", LinuxGuest.LIMIT);
    }
    guest.run("ip link del v5");
    guest.pings(5);
  }

  @Test
  @Order(1)
  void itUsesAsManyQueuePairsAsItIsTold() throws Exception {
    for (int pairs : new int[] {1, 2, 1, 2}) {
      guest.run("ethtool -L NIC combined " + pairs);
      guest.pings(5);
      Wait.until(
          LinuxGuest.LIMIT,
          () -> Json.number(Json.at(running.port(port.id()), "queue_pairs_running")) == pairs,
          () -> pairs + " queue pairs wanted: " + running.port(port.id()));
    }
  }

  @Test
  @Order(2)
  void tcpArrivesWholeBothWays() throws Exception {
    guest.tcp(BIG);
    assertEquals(0, running.dropped(port.id()), "frames dropped");
  }

  @Test
  @Order(3)
  void offloadsGoAndComeUnderTraffic() throws Exception {
    String offloads = "tx V rx V sg V tso V gso V gro V";
    try (TcpPeer flow = TcpPeer.receiving(lab)) {
      String send = "exec 3<>%s; timeout 12 cat /dev/urandom >&3".formatted(flow.device());
      guest.run("{ " + send + "; } >/dev/null 2>&1 &");
      for (String value : List.of("off", "on", "off")) {
        guest.run("ethtool -K NIC " + offloads.replace("V", value));
        guest.tcpToGuest(SMALL);
      }
      guest.run("ethtool -K NIC " + offloads.replace("V", "on"));
      assertTrue(flow.stream().bytes() > SMALL, "bytes of the other flow");
    }
    guest.tcp(SMALL);
  }

  @Test
  @Order(4)
  void theCarrierFollowsTheLink() throws Exception {
    lab.run(LinuxGuest.LIMIT, "ip", "link", "set", port.ifname(), "down");
    guest.awaitsCarrier(false);
    lab.run(LinuxGuest.LIMIT, "ip", "link", "set", port.ifname(), "up");
    guest.awaitsCarrier(true);
    guest.pings(10);
  }

  @Test
  @Order(5)
  void itsDriverCanBeUnboundAndBoundAgain() throws Exception {
    guest.rebindsItsDriver();
    guest.tcp(SMALL);
  }

  @Test
  @Order(6)
  void itRestarts() throws Exception {
    long sessions = Json.number(Json.at(running.port(port.id()), "sessions"));
    guest.reboots();
    guest.tcp(SMALL);
    assertEquals(sessions + 1, Json.number(Json.at(running.port(port.id()), "sessions")));
  }
}
