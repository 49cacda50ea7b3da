package org.vhostdp.driver.mdev;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortSettings;
import org.vhostdp.tck.harness.WireFrame;

/** Frames both ways through a real device. */
@Tag("guest-kernel")
@Timeout(60)
final class MdevTransferTest {
  private static final Duration LIMIT = Duration.ofSeconds(5);

  @ParameterizedTest
  @ValueSource(strings = {"packed", "split"})
  void framesPassBothWays(String ring) throws Exception {
    GuestLab.needs(1);
    try (MdevWire wire = new MdevWire(0, Map.of("ring", ring), () -> {});
        Port port = MdevLab.open(new HashMap<>(wire.config()))) {
      port.configure(PortSettings.defaults());
      port.start();
      wire.started();
      assertTrue(port.events().linkUp(), "the link is down");
      for (int i = 0; i < 1000; i++) {
        sendOne(port, wire, i);
        receiveOne(port, wire, i);
      }
      port.stop();
    }
  }

  private static void sendOne(Port port, MdevWire wire, int number) throws Exception {
    Burst burst = new Burst(1);
    assertEquals(1, port.tx(0).claim(burst, 1));
    byte[] frame = frame(number);
    MemorySegment memory = port.regions().get(burst.region[0]).segment();
    MemorySegment.copy(frame, 0, memory, ValueLayout.JAVA_BYTE, burst.offset[0], frame.length);
    burst.length[0] = frame.length;
    assertEquals(1, port.tx(0).transmit(burst, 0, 1));
    WireFrame seen = wire.receive(LIMIT).orElseThrow(() -> MdevLab.stuck(port));
    assertArrayEquals(frame, seen.bytes());
  }

  private static void receiveOne(Port port, MdevWire wire, int number) throws Exception {
    byte[] frame = frame(number);
    assertTrue(wire.send(WireFrame.plain(frame)), "the far end has no room");
    Burst burst = new Burst(8);
    long end = System.nanoTime() + LIMIT.toNanos();
    int count = 0;
    while (count == 0 && System.nanoTime() < end) {
      count = port.rx(0).receive(burst, 8);
    }
    assertEquals(1, count, "frames received");
    MemorySegment memory = port.regions().get(burst.region[0]).segment();
    byte[] came = memory.asSlice(burst.offset[0], burst.length[0]).toArray(ValueLayout.JAVA_BYTE);
    port.rx(0).release(burst, 0, count);
    assertArrayEquals(frame, came);
  }

  private static byte[] frame(int number) {
    byte[] frame = new byte[60 + number % 1400];
    for (int i = 0; i < frame.length; i++) {
      frame[i] = (byte) (i < 12 ? 2 * i : i + number);
    }
    frame[12] = (byte) 0x88;
    frame[13] = (byte) 0xb5;
    return frame;
  }
}
