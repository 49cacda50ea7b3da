package org.vhostdp.driver.afpacket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vhostdp.linux.Fd;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortSettings;
import org.vhostdp.spi.Steering;

/** Several queues: a group of sockets, and who chooses among them. */
final class PacketQueuesTest {
  private static final int QUEUES = 3;
  private static final int FRAMES = 90;

  /** Ends a hang. */
  private static final long PATIENCE_NANOS = 20_000_000_000L;

  private PacketLab lab;

  @BeforeEach
  void open() throws Exception {
    lab = PacketLab.open();
  }

  @AfterEach
  void close() {
    if (lab != null) {
      lab.close();
    }
  }

  private Port group(String fanout) throws DriverException {
    return lab.started(PortSettings.defaults().withQueuePairs(QUEUES), "fanout", fanout);
  }

  /** How many of the frames came to each queue; every one came once. */
  private int[] spread(Port port, PacketLab.Peer peer) throws Exception {
    for (int i = 0; i < FRAMES; i++) {
      assertEquals(0, peer.send(Frames.of(100, i)));
    }
    int[] came = new int[QUEUES];
    Set<Integer> numbers = new HashSet<>();
    long end = System.nanoTime() + PATIENCE_NANOS;
    while (numbers.size() < FRAMES && System.nanoTime() < end) {
      takeAll(port, came, numbers, 1);
    }
    takeAll(port, came, numbers, 20);
    assertEquals(FRAMES, numbers.size());
    return came;
  }

  /** Adds what comes to each queue within the time, ms; nothing may come twice. */
  private static void takeAll(Port port, int[] came, Set<Integer> numbers, long millis)
      throws Exception {
    for (int queue = 0; queue < QUEUES; queue++) {
      List<byte[]> frames = Frames.receive(port, queue, FRAMES, millis);
      came[queue] += frames.size();
      frames.forEach(frame -> assertTrue(numbers.add(Frames.number(frame)), "doubled"));
    }
  }

  @Test
  void byTurnsEveryQueueGetsItsShare() throws Exception {
    Port port = group("lb");
    for (int count : spread(port, lab.peer())) {
      assertEquals(FRAMES / QUEUES, count);
    }
  }

  @Test
  void byHashAFlowStaysOnItsQueue() throws Exception {
    int[] came = spread(group("hash"), lab.peer());
    int most = Math.max(came[0], Math.max(came[1], came[2]));
    assertEquals(FRAMES, most, "one flow was spread");
  }

  @Test
  void byProcessorNothingIsLostOrDoubled() throws Exception {
    spread(group("cpu"), lab.peer());
  }

  @Test
  void ownFramesDoNotComeBackToAGroup() throws Exception {
    Port port = group("lb");
    for (int i = 0; i < FRAMES; i++) {
      assertEquals(1, Frames.transmit(port, i % QUEUES, Frames.of(100, i)));
    }
    for (int queue = 0; queue < QUEUES; queue++) {
      assertEquals(0, Frames.receive(port, queue, 1, 50).size());
    }
  }

  @Test
  void twoPortsHaveGroupsOfTheirOwn() throws Exception {
    lab.netlink.createVeth("other", "otherfar");
    lab.netlink.up("other", true);
    lab.netlink.up("otherfar", true);
    Port first = group("lb");
    PortSettings settings = PortSettings.defaults().withQueuePairs(QUEUES);
    lab.started(settings, "ifname", "other", "fanout", "lb");
    int[] came = spread(first, lab.peer());
    assertEquals(FRAMES, came[0] + came[1] + came[2]);
  }

  @Test
  void aProgramChoosesTheQueue(@TempDir Path empty) throws Exception {
    try (BpfFolder folder = BpfFolder.over(empty);
        Fd first = SteeringProgram.choosing(1);
        Fd second = SteeringProgram.choosing(2)) {
      Path pin = folder.resolve("steer");
      SteeringProgram.pin(first, pin.toString());
      Port port = group("ebpf:" + pin);
      PacketLab.Peer peer = lab.peer();
      assertEquals(FRAMES, spread(port, peer)[1]);
      Steering steering = port.facet(Steering.class).orElseThrow();
      steering.program("ebpf-fd", second.raw());
      assertEquals(FRAMES, spread(port, peer)[2]);
      assertThrows(DriverException.class, () -> steering.program("other", second.raw()));
      assertEquals(FRAMES, spread(port, peer)[2]);
      steering.reset();
      assertEquals(FRAMES, spread(port, peer)[1]);
    }
  }

  @Test
  void withoutAProgramOfItsOwnAPortHasNoSteering() throws Exception {
    assertTrue(group("hash").facet(Steering.class).isEmpty());
  }
}
