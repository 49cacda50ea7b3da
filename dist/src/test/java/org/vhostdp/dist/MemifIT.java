package org.vhostdp.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.vhostdp.guest.machine.UmlGuest;

/**
 * Two processes that share packets in memory: a guest of one and a guest of the other, DPDK's memif
 * between them, no kernel's network anywhere on the way.
 */
@Tag("uml")
@ExtendWith({Diagnosis.class, LeavesNothing.class})
final class MemifIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Duration LIFE = Duration.ofMinutes(5);
  private static final long BYTES = 16 << 20;
  private static final int TCP_PORT = 5001;

  /** Takes one connection and digests what it brings. */
  private static final String SERVE =
      "perl -MIO::Socket::INET -e '$| = 1; $s = IO::Socket::INET->new(Listen => 1, LocalPort => %d,"
          + " ReuseAddr => 1) or die $!; open(R, q(>/tmp/ready)); close(R); $c = $s->accept; print"
          + " $b while sysread($c, $b, 65536)' | sha256sum >/tmp/sum 2>&1 && touch /tmp/done &";

  private Lab lab;

  @BeforeEach
  void open() throws Exception {
    UmlGuest.unavailable().ifPresent(Assumptions::abort);
    Needs.program("ping", "iputils-ping");
    Needs.program("perl", "perl-base");
    Needs.librariesOf("dpdk");
    lab = Lab.open();
  }

  @AfterEach
  void close() throws IOException {
    if (lab != null) {
      lab.close();
    }
  }

  private VhostDp side(String role) throws IOException {
    String vdev =
        "net_memif0,,role=%s,,socket=%s,,socket-abstract=no"
            .formatted(role, lab.file("memif.sock"));
    String netdev = "vhost-dp,id=%s,driver=d,socket=%s".formatted(role, lab.file(role + ".sock"));
    return VhostDp.start(
        lab, List.of("-object", "vhost-dp-dpdk,id=d,vdev=" + vdev, "-netdev", netdev));
  }

  @Test
  void guestsOfTwoProcessesReachEachOther() throws Exception {
    VhostDp server = side("server");
    VhostDp client = side("client");
    try (LinuxGuest one = LinuxGuest.uml(lab, lab.file("server.sock"), TapPort.HOST, LIFE);
        LinuxGuest two = LinuxGuest.uml(lab, lab.file("client.sock"), TapPort.GUEST, LIFE)) {
      one.awaitsCarrier(true);
      two.awaitsCarrier(true);
      one.run(LinuxGuest.pings(two.address(), 20, 56));
      two.run(LinuxGuest.pings(one.address(), 20, 1472));
      carries(one, two);
      carries(two, one);
      assertEquals(0, one.checksumErrors() + two.checksumErrors(), "checksum errors");
      assertEquals(0, server.dropped("server"), "frames dropped: " + server.port("server"));
      assertEquals(0, client.dropped("client"), "frames dropped: " + client.port("client"));
    }
    assertEquals(0, client.session().terminate(LIMIT), client.session().output());
    assertEquals(0, server.session().terminate(LIMIT), server.session().output());
    assertEquals(List.of(), lab.interfaces(), "interfaces of the host's kernel");
  }

  private static void carries(LinuxGuest from, LinuxGuest to) throws Exception {
    to.run("rm -f /tmp/ready /tmp/done /tmp/sum; " + SERVE.formatted(TCP_PORT));
    to.run("until [ -e /tmp/ready ]; do sleep 0.05; done");
    String make = "head -c %d /dev/urandom >/tmp/data && ".formatted(BYTES);
    String send = "cat /tmp/data >/dev/tcp/%s/%d && ".formatted(to.address(), TCP_PORT);
    String sent = from.run(make + send + "sha256sum </tmp/data");
    assertEquals(sent, to.run("until [ -e /tmp/done ]; do sleep 0.05; done; cat /tmp/sum"));
  }
}
