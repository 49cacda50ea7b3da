package org.vhostdp.driver.tap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.vhostdp.driver.tap.generated.Tun;
import org.vhostdp.linux.Fd;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortSettings;
import org.vhostdp.spi.RxQueue;
import org.vhostdp.spi.Steering;

/**
 * A program of the kernel chooses the queue of a TAP's frames; what is no such thing is refused.
 */
class TapSteeringTest {
  private static final int FLOWS = 16;

  private static byte[] frame(int flow) {
    byte[] frame = new byte[60];
    frame[0] = 2;
    frame[6] = 2;
    frame[11] = (byte) flow;
    byte[] text = ("flow " + flow).getBytes(StandardCharsets.UTF_8);
    frame[12] = (byte) 0x88;
    frame[13] = (byte) 0xB5;
    System.arraycopy(text, 0, frame, 14, text.length);
    return frame;
  }

  /** Sends a frame of each flow; how many came on either queue. */
  private static int[] spread(Port port, TapLab.Wire wire) throws Exception {
    for (int flow = 0; flow < FLOWS; flow++) {
      assertEquals(60, wire.send(frame(flow)));
    }
    Burst burst = new Burst(32);
    int[] came = new int[2];
    long end = System.nanoTime() + 30_000_000_000L;
    while (came[0] + came[1] < FLOWS && System.nanoTime() < end) {
      for (int queue = 0; queue < 2; queue++) {
        RxQueue rx = port.rx(queue);
        int n = rx.receive(burst, 32);
        rx.release(burst, 0, n);
        came[queue] += n;
      }
    }
    assertEquals(FLOWS, came[0] + came[1]);
    return came;
  }

  private static Steering steering(Port port) {
    Optional<Steering> facet = port.facet(Steering.class);
    assertTrue(facet.isPresent());
    return facet.get();
  }

  @Test
  void aProgramChoosesTheQueueAndResetEndsThat() throws Exception {
    try (TapLab lab = TapLab.open();
        Fd first = SteeringProgram.choosing(0);
        Fd second = SteeringProgram.choosing(1);
        Fd beyond = SteeringProgram.choosing(5)) {
      Port port =
          lab.started(
              PortSettings.defaults().withQueuePairs(2).withActiveQueuePairs(2),
              "ifname",
              "steered0",
              "queues",
              "2");
      TapLab.Wire wire = lab.wire("steered0");
      Steering steering = steering(port);
      int[] own = spread(port, wire);
      steering.program("ebpf-fd", second.raw());
      assertEquals(FLOWS, spread(port, wire)[1]);
      steering.program("ebpf-fd", first.raw());
      assertEquals(FLOWS, spread(port, wire)[0]);
      // The kernel takes the answer modulo the number of queues.
      steering.program("ebpf-fd", beyond.raw());
      assertEquals(FLOWS, spread(port, wire)[1]);

      DriverException kind =
          assertThrows(DriverException.class, () -> steering.program("other", first.raw()));
      assertTrue(kind.getMessage().contains("other"), kind.getMessage());
      assertThrows(DriverException.class, () -> steering.program("ebpf-fd", -1));
      try (Fd noProgram = lab.other("steered1", Tun.IFF_MULTI_QUEUE(), false)) {
        DriverException refused =
            assertThrows(DriverException.class, () -> steering.program("ebpf-fd", noProgram.raw()));
        assertTrue(refused.getMessage().contains("TUNSETSTEERINGEBPF"), refused.getMessage());
      }
      assertEquals(FLOWS, spread(port, wire)[1], "the former program stays");

      steering.reset();
      assertEquals(own[0], spread(port, wire)[0]);
    }
  }

  @Test
  void theProgramDoesNotOutliveThePortInAnInterfaceThatDoes() throws Exception {
    try (TapLab lab = TapLab.open();
        Fd second = SteeringProgram.choosing(1)) {
      lab.persistent("steered2", Tun.IFF_MULTI_QUEUE() | Tun.IFF_VNET_HDR());
      PortSettings two = PortSettings.defaults().withQueuePairs(2).withActiveQueuePairs(2);
      Port port = lab.started(two, "ifname", "steered2", "queues", "2");
      steering(port).program("ebpf-fd", second.raw());
      port.close();
      Port next = lab.started(two, "ifname", "steered2", "queues", "2");
      TapLab.Wire wire = lab.wire("steered2");
      int[] own = spread(next, wire);
      steering(next).program("ebpf-fd", second.raw());
      steering(next).reset();
      assertEquals(own[1], spread(next, wire)[1]);
      assertTrue(own[1] < FLOWS, "the kernel itself chose queue 1 for all flows");
    }
  }

  @Test
  void tablesAreRefusedAndPromisedNowhere() throws Exception {
    try (TapLab lab = TapLab.open()) {
      Steering steering = steering(lab.port("ifname", "steered3"));
      assertEquals(0, steering.hashTypes());
      assertEquals(0, steering.maxTable());
      assertEquals(Set.of("ebpf-fd"), steering.programs());
      steering.reset();
      DriverException refused =
          assertThrows(DriverException.class, () -> steering.scale(1, new byte[40], new int[1], 0));
      assertTrue(refused.getMessage().contains("steered3"), refused.getMessage());
    }
  }
}
