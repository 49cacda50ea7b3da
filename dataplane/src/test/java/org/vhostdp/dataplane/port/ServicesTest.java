package org.vhostdp.dataplane.port;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.vhostdp.dataplane.frontend.vhostuser.Echo;
import org.vhostdp.dataplane.frontend.vhostuser.Leaks;
import org.vhostdp.dataplane.frontend.vhostuser.PortBed;
import org.vhostdp.dataplane.frontend.vhostuser.VhostUserPort;
import org.vhostdp.dataplane.net.QueueCounters.Name;
import org.vhostdp.dataplane.qos.QosSpec;
import org.vhostdp.guest.twin.Feature;
import org.vhostdp.guest.twin.NetHeader;
import org.vhostdp.guest.twin.NetQueue;
import org.vhostdp.guest.twin.TwinDevice;
import org.vhostdp.guest.twin.TwinOptions;
import org.vhostdp.spi.Port;

/** Two guests with all there is, on a wire between two drivers that can do nothing at all. */
class ServicesTest {
  private static final String[] NOTHING = {
    "mode",
    "pair",
    "offloads",
    "none",
    "foreign",
    "false",
    "steering",
    "false",
    "shaping",
    "false",
    "segments",
    "1",
    "mtu",
    "1500",
    "live",
    "false",
    "queues",
    "1"
  };
  private static final long LARGE = Feature.HOST_LARGE | Feature.GUEST_LARGE;
  private static final long OFFLOADS =
      LARGE | Feature.CSUM | Feature.GUEST_CSUM | Feature.HOST_ECN | Feature.GUEST_ECN;
  private static final TwinOptions FULL = TwinOptions.defaults().plus(OFFLOADS);
  private static final TwinOptions PLAIN =
      FULL.minus(Feature.GUEST_LARGE | Feature.GUEST_CSUM | Feature.GUEST_ECN);
  private static final int SEGMENT = 1448;

  /** Of 60 kB under a limit: they take more than a second. */
  private static final int FRAMES = 20;

  private final Random random = new Random(5);
  private final MemorySegment out = Arena.ofAuto().allocate(NetQueue.LARGEST_FRAME, 8);
  private final MemorySegment in = Arena.ofAuto().allocate(NetQueue.LARGEST_FRAME, 8);
  private final NetHeader header = new NetHeader();
  private final String wire = UUID.randomUUID().toString();
  private PortBed bed;
  private VhostUserPort a;
  private VhostUserPort b;

  @BeforeEach
  void open() throws Exception {
    bed = new PortBed(1);
    a = bed.serve(PortBed.spec("a", 1), bare());
    b = bed.serve(PortBed.spec("b", 1), bare());
  }

  @AfterEach
  void close() {
    bed.close();
  }

  private Port bare() throws Exception {
    String[] config = Arrays.copyOf(NOTHING, NOTHING.length + 2);
    config[NOTHING.length] = "wire";
    config[NOTHING.length + 1] = wire;
    return PortBed.loopback(config);
  }

  private record Received(byte[] bytes, int flags, int gsoType) {}

  private void sendLarge(NetQueue queue, int sequence, byte[] payload) throws IOException {
    byte[] frame = TcpFrame.open(5000, sequence, payload);
    MemorySegment.copy(frame, 0, out, ValueLayout.JAVA_BYTE, 0, frame.length);
    NetHeader large =
        new NetHeader()
            .checksum(TcpFrame.TRANSPORT, TcpFrame.CHECKSUM)
            .segment(NetHeader.GSO_TCPV4, TcpFrame.HEADERS, SEGMENT);
    PortBed.await("room in the ring", () -> queue.transmit(out, 0, frame.length, large));
    queue.flush();
  }

  /** Receives TCP frames until their payload has so many bytes. */
  private List<Received> receive(NetQueue queue, int payload) throws IOException {
    List<Received> frames = new ArrayList<>();
    int got = 0;
    long deadline = System.nanoTime() + 30_000_000_000L;
    while (got < payload) {
      int length = queue.receive(in, 0, header);
      if (length < 0) {
        queue.awaitFrame(20);
        assertTrue(System.nanoTime() < deadline, got + " of " + payload + " bytes came");
        continue;
      }
      byte[] bytes = in.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
      frames.add(new Received(bytes, header.flags, header.gsoType));
      got += length - TcpFrame.HEADERS;
    }
    return frames;
  }

  private static byte[] payload(List<Received> frames, int first) {
    byte[] all = new byte[frames.stream().mapToInt(f -> f.bytes().length - TcpFrame.HEADERS).sum()];
    int at = 0;
    for (Received frame : frames) {
      assertEquals(first + at, TcpFrame.sequence(frame.bytes()), "in order");
      int length = frame.bytes().length - TcpFrame.HEADERS;
      System.arraycopy(frame.bytes(), TcpFrame.HEADERS, all, at, length);
      at += length;
    }
    return all;
  }

  private byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  private static long count(VhostUserPort port, boolean receive, Name name) {
    return port.status().total(receive, name);
  }

  @Test
  void largeFramesCrossAWireThatTakesSmallOnesOnly() throws Exception {
    try (TwinDevice sender = bed.guest("a", FULL);
        TwinDevice receiver = bed.guest("b", FULL)) {
      assertEquals(LARGE & ~(Feature.HOST_UFO | Feature.GUEST_UFO), sender.features() & LARGE);
      for (int round = 0; round < 20; round++) {
        byte[] payload = bytes(1 + random.nextInt(60_000));
        sendLarge(sender.net().pair(0), round << 20, payload);
        List<Received> frames = receive(receiver.net().pair(0), payload.length);
        assertArrayEquals(payload, payload(frames, round << 20));
        for (Received frame : frames) {
          boolean open = (frame.flags() & NetHeader.NEEDS_CSUM) != 0;
          assertTrue(open || TcpFrame.valid(frame.bytes()), "a wrong checksum");
        }
      }
      assertTrue(count(a, false, Name.FALLBACK_SEGMENTATION) > 0);
      assertTrue(count(b, true, Name.FALLBACK_COALESCED) > 0);
      assertEquals(20, count(a, false, Name.FRAMES), "frames of the guest");
    }
  }

  @Test
  void aGuestWithoutOffloadsGetsWholeSmallFrames() throws Exception {
    try (TwinDevice sender = bed.guest("a", FULL);
        TwinDevice receiver = bed.guest("b", PLAIN)) {
      byte[] payload = bytes(50_000);
      sendLarge(sender.net().pair(0), 77, payload);
      List<Received> frames = receive(receiver.net().pair(0), payload.length);
      assertArrayEquals(payload, payload(frames, 77));
      for (Received frame : frames) {
        assertEquals(0, frame.flags() | frame.gsoType());
        assertTrue(frame.bytes().length <= 1514, frame.bytes().length + " bytes");
        assertTrue(TcpFrame.valid(frame.bytes()), "a wrong checksum");
      }
    }
  }

  @Test
  void guestsOfOtherMindsMeetOnAWireThatPassesLargeFrames() throws Exception {
    String other = UUID.randomUUID().toString();
    bed.serve(PortBed.spec("c", 1), PortBed.loopback("mode", "pair", "wire", other));
    bed.serve(PortBed.spec("d", 1), PortBed.loopback("mode", "pair", "wire", other));
    try (TwinDevice sender = bed.guest("c", FULL);
        TwinDevice receiver = bed.guest("d", PLAIN)) {
      byte[] payload = bytes(50_000);
      sendLarge(sender.net().pair(0), 9, payload);
      List<Received> frames = receive(receiver.net().pair(0), payload.length);
      assertArrayEquals(payload, payload(frames, 9));
      for (Received frame : frames) {
        assertEquals(0, frame.flags() | frame.gsoType());
        assertTrue(TcpFrame.valid(frame.bytes()), "a wrong checksum");
      }
    }
  }

  @Test
  void limitsComeAndGoUnderRunningGuests() throws Exception {
    try (TwinDevice sender = bed.guest("a", FULL);
        TwinDevice receiver = bed.guest("b", FULL)) {
      a.qos(QosSpec.of(List.of("tx rate=8mbit burst=16k")));
      byte[] payload = bytes(60_000);
      // Uses up the burst, and the time that code takes when it runs first.
      sendLarge(sender.net().pair(0), 0, payload);
      receive(receiver.net().pair(0), payload.length);
      double expected = FRAMES * payload.length * (1 + 54.0 / SEGMENT) * 8 / 8e6;
      List<Double> seconds = new ArrayList<>();
      // Never faster; slower only while the machine does not run one of the threads.
      do {
        long begin = System.nanoTime();
        for (int i = 0; i < FRAMES; i++) {
          sendLarge(sender.net().pair(0), i * payload.length, payload);
          payload(receive(receiver.net().pair(0), payload.length), i * payload.length);
        }
        seconds.add((System.nanoTime() - begin) / 1e9);
        assertTrue(seconds.getLast() > 0.95 * expected, "expected " + expected + ": " + seconds);
      } while (seconds.getLast() > 1.05 * expected && seconds.size() < 20);
      assertEquals(expected, seconds.getLast(), 0.05 * expected, "seconds: " + seconds);
      assertTrue(count(a, false, Name.LIMITED) > 0);
      a.qos(QosSpec.NONE);
      long limited = count(a, false, Name.LIMITED);
      for (int i = 0; i < 10; i++) {
        sendLarge(sender.net().pair(0), i * payload.length, payload);
      }
      receive(receiver.net().pair(0), 10 * payload.length);
      assertEquals(limited, count(a, false, Name.LIMITED), "no limit any more");
    }
  }

  @Test
  void aFrontEndThatRepeatsItsMemoryTableMakesNothingAnew() throws Exception {
    try (TwinDevice sender = bed.guest("a", FULL);
        TwinDevice receiver = bed.guest("b", FULL)) {
      a.qos(QosSpec.of(List.of("tx rate=1gbit burst=1m", "rx rate=1gbit burst=1m")));
      byte[] payload = bytes(60_000);
      sendLarge(sender.net().pair(0), 0, payload);
      receive(receiver.net().pair(0), payload.length);
      Leaks before = Leaks.settled();
      for (int i = 1; i <= 30; i++) {
        sender.client().setMemTable(sender.memory().regions());
        sendLarge(sender.net().pair(0), i * payload.length, payload);
        payload(receive(receiver.net().pair(0), payload.length), i * payload.length);
      }
      before.awaitSame("thirty memory tables under limits");
    }
  }

  @Test
  void moreQueuesOfTheGuestThanOfTheDriver() throws Exception {
    VhostUserPort many =
        bed.serve(PortBed.spec("many", 4), PortBed.loopback("queues", "1", "steering", "false"));
    try (TwinDevice guest = bed.guest("many", TwinOptions.defaults().withPairs(4))) {
      assertEquals(4, many.device().queuePairs());
      int sent = 0;
      for (int pair = 0; pair < 4; pair++) {
        Echo echo = new Echo(guest.net().pair(pair));
        for (int i = 0; i < 50; i++) {
          assertTrue(echo.send());
          sent++;
        }
        guest.net().pair(pair).flush();
      }
      int[] got = new int[1];
      int all = sent;
      PortBed.await(
          "every frame",
          () -> {
            for (int pair = 0; pair < 4; pair++) {
              guest.net().pair(pair).reclaim();
              got[0] += guest.net().pair(pair).discard(100);
              guest.net().pair(pair).flush();
            }
            return got[0] == all;
          });
    }
  }
}
