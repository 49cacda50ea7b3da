package org.vhostdp.driver.afxdp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vhostdp.linux.Poll;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortSettings;
import org.vhostdp.spi.Statistics;
import org.vhostdp.spi.Wakeup;

/** Frames both ways over a veth pair. */
@Timeout(180)
final class AfxdpTransferTest {
  private static final int JUMBO = 9000;

  private AfxdpLab lab;

  @AfterEach
  void close() {
    if (lab != null) {
      lab.close();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"native", "skb"})
  void framesPassBothWays(String mode) throws Exception {
    lab = AfxdpLab.open();
    Port port = lab.started("mode", mode);
    AfxdpLab.Wire wire = lab.wire();
    for (int length : new int[] {60, 64, 1000, 1514}) {
      byte[] frame = Frames.of(length, 1);
      wire.send(frame);
      assertArrayEquals(frame, Frames.receive(port).bytes());
      assertEquals(1, Frames.send(port, frame));
      assertArrayEquals(frame, wire.receive(Frames.PATIENCE));
    }
    assertTrue(lab.notes.toString().contains(mode), lab.notes.toString());
    assertTrue(lab.notes.toString().contains("copy"), lab.notes.toString());
  }

  @Test
  void largeFramesTakeSeveralBuffers() throws Exception {
    lab = AfxdpLab.open();
    lab.netlink.mtu(AfxdpLab.FAR, JUMBO);
    Port port = lab.port();
    AfxdpLab.needs(port.capabilities().maxSegments() > 1, "frames of several buffers: Linux 6.6");
    port.configure(PortSettings.defaults().withMtu(JUMBO));
    port.start();
    AfxdpLab.Wire wire = lab.wire();
    byte[] frame = Frames.of(JUMBO + 14, 5);
    for (int round = 0; round < 2000; round++) {
      wire.send(frame);
      assertArrayEquals(frame, whole(port), "round " + round);
    }
    assertTrue(sendInParts(port, frame), "not accepted");
    assertArrayEquals(frame, wire.receive(Frames.PATIENCE));
  }

  private static byte[] whole(Port port) throws InterruptedException {
    Burst burst = new Burst(16);
    MemorySegment memory = port.regions().getFirst().segment();
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (int tries = 0; tries < 50_000; tries++) {
      int n = port.rx(0).receive(burst, 16);
      for (int i = 0; i < n; i++) {
        byte[] part =
            memory.asSlice(burst.offset[i], burst.length[i]).toArray(ValueLayout.JAVA_BYTE);
        all.writeBytes(part);
        assertEquals(i < n - 1, (burst.flags[i] & Offload.MORE) != 0);
      }
      port.rx(0).release(burst, 0, n);
      if (n > 0) {
        return all.toByteArray();
      }
      Thread.sleep(0, 200_000);
    }
    return all.toByteArray();
  }

  private static boolean sendInParts(Port port, byte[] frame) {
    Burst burst = new Burst(8);
    MemorySegment memory = port.regions().getFirst().segment();
    int room = port.capabilities().frameRoom();
    int parts = (frame.length - 1) / room + 1;
    assertEquals(parts, port.tx(0).claim(burst, parts));
    for (int i = 0; i < parts; i++) {
      int length = Math.min(room, frame.length - i * room);
      MemorySegment.copy(frame, i * room, memory, ValueLayout.JAVA_BYTE, burst.offset[i], length);
      burst.length[i] = length;
      burst.flags[i] = i < parts - 1 ? Offload.MORE : 0;
    }
    return port.tx(0).transmit(burst, 0, parts) == parts;
  }

  @Test
  void queuesShareTheMemoryAndReceiveTheirOwn() throws Exception {
    lab = AfxdpLab.open(2);
    Port near = lab.port();
    assertEquals(2, near.capabilities().maxQueuePairs());
    near.configure(PortSettings.defaults().withQueuePairs(2));
    near.start();
    Port far = lab.started(PortSettings.defaults().withQueuePairs(2), "ifname", AfxdpLab.FAR);
    assertEquals(1, near.regions().size());
    for (int queue = 0; queue < 2; queue++) {
      // A queue of one end of a veth pair leads to the same queue of the other.
      byte[] frame = Frames.of(200 + queue, queue);
      assertEquals(1, Frames.send(near, queue, new Burst(1), frame, 0, 0));
      List<Frames.Received> came = Frames.receive(far, queue, 1, Frames.PATIENCE);
      assertEquals(1, came.size());
      assertArrayEquals(frame, came.getFirst().bytes());
    }
    Statistics statistics = new Statistics();
    near.statistics(statistics);
    assertEquals(2, statistics.txFrames);
    assertEquals(401, statistics.txBytes);
  }

  @Test
  void portsShareAnInterfaceOnOtherQueues() throws Exception {
    lab = AfxdpLab.open(2);
    Port first = lab.started("queues", "1");
    Port second = lab.started("first-queue", "1");
    Port far = lab.started(PortSettings.defaults().withQueuePairs(2), "ifname", AfxdpLab.FAR);
    byte[] frame = Frames.of(100, 1);
    assertEquals(1, Frames.send(far, 1, new Burst(1), frame, 0, 0));
    assertArrayEquals(frame, Frames.receive(second).bytes());
    first.close();
    assertEquals(1, Frames.send(far, 1, new Burst(1), frame, 0, 0));
    assertNotNull(Frames.receive(second), "closing one port silenced the other");
  }

  @Test
  void sleepersAreWokenAndFindRest() throws Exception {
    lab = AfxdpLab.open();
    Port port = lab.started();
    AfxdpLab.Wire wire = lab.wire();
    Wakeup wakeup = port.rx(0).wakeup();
    Poll poll = new Poll(1);
    poll.set(0, wakeup.fd(), wakeup.events());
    for (int i = 0; i < 200; i++) {
      assertEquals(false, wakeup.arm());
      assertEquals(0, poll.await(0));
      wire.send(Frames.of(64, i));
      assertEquals(1, poll.await((int) Frames.PATIENCE), "frame " + i);
      assertEquals(true, wakeup.arm());
      assertNotNull(Frames.receive(port));
    }
  }

  @Test
  void busyPollingReceives() throws Exception {
    lab = AfxdpLab.open();
    Port port = lab.started("busy-poll", "20");
    AfxdpLab.Wire wire = lab.wire();
    byte[] frame = Frames.of(300, 1);
    assertEquals(0, port.rx(0).receive(new Burst(1), 1));
    wire.send(frame);
    assertArrayEquals(frame, Frames.receive(port).bytes());
    Statistics statistics = new Statistics();
    port.statistics(statistics);
    assertTrue(statistics.more().get("rx_wakeups") > 0, statistics.more().toString());
  }

  @Test
  void aFullQueueCountsWhatItLoses() throws Exception {
    lab = AfxdpLab.open();
    Port port = lab.started("frames", "128");
    Port far = lab.started("ifname", AfxdpLab.FAR);
    Burst burst = new Burst(64);
    for (int round = 0; round < 4; round++) {
      int n = far.tx(0).claim(burst, 64);
      for (int i = 0; i < n; i++) {
        burst.length[i] = 100;
      }
      assertEquals(n, far.tx(0).transmit(burst, 0, n));
      // The far end's frames pass the pair's own ring, of 256, before the next but one burst.
      awaitDropped(port, 64 * round);
    }
    Set<Long> offsets = new HashSet<>();
    List<Integer> counts = new ArrayList<>();
    long end = System.nanoTime() + Frames.PATIENCE * 1_000_000;
    int n = port.rx(0).receive(burst, 64);
    while (n > 0 || offsets.size() < 64 && System.nanoTime() < end) {
      counts.add(n);
      for (int i = 0; i < n; i++) {
        offsets.add(burst.offset[i]);
      }
      port.rx(0).release(burst, 0, n);
      n = port.rx(0).receive(burst, 64);
    }
    Statistics statistics = new Statistics();
    port.statistics(statistics);
    assertEquals(64, offsets.size(), counts.toString());
    assertEquals(256, statistics.rxFrames + statistics.rxDropped, statistics.more().toString());
  }

  /** Waits until so many frames found no room; the checks afterwards say what came instead. */
  private static void awaitDropped(Port port, long count) throws InterruptedException {
    Statistics statistics = new Statistics();
    long end = System.nanoTime() + Frames.PATIENCE * 1_000_000;
    port.statistics(statistics);
    while (statistics.rxDropped < count && System.nanoTime() < end) {
      Thread.sleep(1);
      port.statistics(statistics);
    }
  }
}
