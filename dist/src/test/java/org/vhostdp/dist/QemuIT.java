package org.vhostdp.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
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
import org.vhostdp.guest.machine.QemuGuest;

/**
 * QEMU as front-end, with the distribution's kernel as guest: one port with two queue pairs and an
 * MTU of 9000, and guests that are killed, started anew and left without back-end.
 */
@Tag("qemu")
@ExtendWith({Diagnosis.class, LeavesNothing.class, BootsAnew.class})
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class QemuIT implements BootsAnew.OnGuest {
  private static final int MTU = 9000;
  private static final long BIG = 104 << 20;
  private static final long SMALL = 4 << 20;
  private static final Duration BOOT = Duration.ofSeconds(150);
  private static final Duration LIFE = Duration.ofMinutes(15);
  private static final Duration END = Duration.ofSeconds(60);

  /** The kernel's watchdogs look every 20 s or so. */
  private static final Duration HANG = Duration.ofSeconds(30);

  private static final Pattern HANGS = Pattern.compile(".*(soft lockup|detected stall).*");

  private Lab lab;
  private TapPort port;
  private VhostDp running;
  private LinuxGuest guest;

  @BeforeAll
  void boot() throws Exception {
    QemuGuest.unavailable().ifPresent(Assumptions::abort);
    Needs.program("ethtool", "ethtool");
    Needs.program("ping", "iputils-ping");
    lab = Lab.open();
    port = TapPort.in(lab, "qemu", 2, MTU);
    running = VhostDp.start(lab, port.optionsWithAddress());
    guest = boot(nic());
  }

  private GuestNic nic() {
    return GuestNic.on(port.socket()).withQueuePairs(2).withMtu(MTU).withReconnect(1);
  }

  private LinuxGuest boot(GuestNic nic) throws IOException, InterruptedException {
    GuestSpec spec =
        GuestSpec.of(nic)
            .withWorkDir(lab.folder())
            .withVcpus(2)
            .withReboots()
            .withLimits(BOOT, LIFE);
    return LinuxGuest.on(lab, QemuGuest.start(spec));
  }

  @Override
  public Optional<String> hangs() throws InterruptedException {
    long end = System.nanoTime() + HANG.toNanos();
    Optional<String> line;
    do {
      Thread.sleep(500);
      line = guest.machine().console().lines().filter(HANGS.asMatchPredicate()).findFirst();
    } while (line.isEmpty() && guest.machine().alive() && System.nanoTime() < end);
    return line;
  }

  @Override
  public void bootAnew() throws Exception {
    guest.close();
    if (!running.session().alive()) {
      running = VhostDp.start(lab, port.optionsWithAddress());
    }
    running.awaitDetached(port.id());
    guest = boot(nic());
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
  void itUsesAsManyQueuePairsAsItIsTold() throws Exception {
    for (int pairs : new int[] {1, 2}) {
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
  void offloadsGoAndCome() throws Exception {
    guest.run("ethtool -K NIC tx off rx off && ethtool -K NIC tx on rx on");
    guest.tcp(SMALL);
  }

  @Test
  @Order(4)
  void itsDriverCanBeUnboundAndBoundAgain() throws Exception {
    guest.rebindsItsDriver();
    guest.tcp(SMALL);
  }

  @Test
  @Order(5)
  void itRestarts() throws Exception {
    guest.reboots();
    guest.tcp(SMALL);
  }

  @Test
  @Order(6)
  void aBackEndThatWasKilledIsReplacedUnderTheRunningGuest() throws Exception {
    running.session().kill();
    running = VhostDp.start(lab, port.optionsWithAddress());
    running.awaitRings(port.id(), 2);
    guest.pings(10);
    guest.tcp(SMALL);
  }

  @Test
  @Order(7)
  void aBackEndThatEndsIsReplacedUnderTheRunningGuest() throws Exception {
    assertEquals(0, running.session().terminate(END), running.session().output());
    running = VhostDp.start(lab, port.optionsWithAddress());
    running.awaitRings(port.id(), 2);
    guest.pings(10);
    guest.tcp(SMALL);
  }

  @Test
  @Order(8)
  void aFrontEndThatWasKilledIsFollowedByAnotherWithPackedRings() throws Exception {
    ProcessHandle.of(guest.machine().pid()).orElseThrow().destroyForcibly();
    running.awaitDetached(port.id());
    guest.close();
    guest = boot(nic().withPackedRings());
    List<?> features = Json.array(Json.at(running.port(port.id()), "features"));
    assertTrue(features.contains("packed"), "negotiated: " + features);
    guest.pings(20);
    guest.tcp(SMALL);
    guest.reboots();
    guest.rebindsItsDriver();
    guest.tcp(SMALL);
  }
}
