package org.vhostdp.dataplane.net;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vhostdp.dataplane.ring.RingBed;
import org.vhostdp.dataplane.ring.RingBed.Layout;
import org.vhostdp.driver.loopback.LoopbackDriver;
import org.vhostdp.guest.twin.NetHeader;
import org.vhostdp.spi.Driver;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.ForeignMemory;
import org.vhostdp.spi.Host;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortSettings;
import org.vhostdp.spi.SpiVersion;
import org.vhostdp.spi.Version;

/** Both paths on a real driver that sends every frame back: what a guest sends, it receives. */
class ReferenceDriverTest {
  private static final int MAX_FRAME = 9014;

  private static final Host HOST =
      new Host() {
        @Override
        public Version spiVersion() {
          return SpiVersion.CURRENT;
        }

        @Override
        public void log(System.Logger.Level level, String message) {
          System.getLogger("reference").log(level, message);
        }
      };

  private final Random random = new Random(11);
  private final ArrayDeque<byte[]> flying = new ArrayDeque<>();

  @ParameterizedTest
  @CsvSource({
    "false, false, false",
    "false, true, true",
    "true, false, true",
    "true, true, false",
    "true, true, true"
  })
  void whatAGuestSendsItReceives(boolean packed, boolean foreign, boolean mergeable)
      throws Exception {
    long features =
        Features.VERSION_1
            | Features.CSUM
            | Features.GUEST_CSUM
            | (packed ? Features.RING_PACKED : 0)
            | (mergeable ? Features.MRG_RXBUF : 0);
    Driver driver = new LoopbackDriver();
    try (Port port = driver.open(driver.schema().check("test", Map.of("depth", "64")), HOST);
        NetBed out = new NetBed(Layout.ADJACENT, 64, features);
        NetBed in = new NetBed(Layout.ADJACENT, 64, features)) {
      port.configure(PortSettings.defaults().withMtu(9000).withRxOffloads(Offload.CSUM_PARTIAL));
      int[] lentOut = foreign ? lend(port, out.ring) : null;
      int[] lentIn = foreign ? lend(port, in.ring) : null;
      port.start();
      TransmitPath transmit =
          new TransmitPath(
              setup(out, lentOut), port.tx(0), port.regions(), port.capabilities().maxSegments());
      ReceivePath receive = new ReceivePath(setup(in, lentIn), port.rx(0), port.regions());
      pump(out, transmit, in, receive, mergeable ? 1600 : MAX_FRAME + 12);
      receive.abandon();
      port.stop();
      assertEquals(1000, in.count(QueueCounters.Name.FRAMES));
    }
  }

  private static int[] lend(Port port, RingBed ring) throws DriverException {
    ForeignMemory memory = port.facet(ForeignMemory.class).orElseThrow();
    int[] ids = new int[ring.memory().count()];
    for (int i = 0; i < ids.length; i++) {
      int flags = ForeignMemory.WRITABLE | ForeignMemory.SHARED;
      ids[i] = memory.lend(ring.memory().segments()[i], flags);
    }
    return ids;
  }

  private static QueueSetup setup(NetBed bed, int[] lent) {
    RingBed ring = bed.ring;
    return new QueueSetup(ring.device(), ring.features(), -1, bed.counters, MAX_FRAME, lent);
  }

  private void pump(
      NetBed out, TransmitPath transmit, NetBed in, ReceivePath receive, int bufferBytes) {
    int sent = 0;
    int received = 0;
    for (int turns = 0; received < 1000; turns++) {
      assertTrue(turns < 100_000, "no progress");
      for (int i = random.nextInt(30); i > 0 && sent < 1000 && send(out); i--) {
        sent++;
      }
      out.driver().publish();
      while (in.driver().inFlight() < 30 && in.post(false, bufferBytes)) {
        in.driver().publish();
      }
      assertTrue(transmit.poll() >= 0);
      out.reclaim();
      assertTrue(receive.poll() >= 0);
      for (NetBed.Received frame : in.received()) {
        assertArrayEquals(flying.poll(), frame.bytes());
        received++;
      }
    }
  }

  private boolean send(NetBed bed) {
    byte[] frame = NetBed.frame(random, 14 + random.nextInt(random.nextBoolean() ? 200 : 9000));
    NetHeader header = new NetHeader();
    if (frame.length > 100 && random.nextBoolean()) {
      header.checksum(34, 16);
    }
    if (!bed.send(bed.packet(header, frame), false, random.nextBoolean() ? 12 : 20)) {
      return false;
    }
    flying.add(frame);
    return true;
  }
}
