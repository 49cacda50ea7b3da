package org.vhostdp.tck.rules;

import static org.vhostdp.tck.rule.Trial.require;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Optional;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.PortSettings;
import org.vhostdp.tck.harness.Harness;
import org.vhostdp.tck.harness.Trait;
import org.vhostdp.tck.harness.WireFrame;
import org.vhostdp.tck.rule.Broken;
import org.vhostdp.tck.rule.OpenPort;
import org.vhostdp.tck.rule.Trial;

/** Frames that stand for many: to be cut, or coalesced. */
final class Segments {
  private static final int PAYLOAD = 4321;

  private Segments() {}

  static void tcpSegmentsCarryThePayload(Trial trial) throws Exception {
    OpenPort port = trial.start();
    int mss = Marks.LARGE_MSS;
    boolean six = (port.port().capabilities().txOffloads() & Offload.GSO_TCP6) != 0;
    Packet large = Packet.of(false, true, Marks.LARGE, payload(port));
    cut(trial, port, large, Offload.GSO_TCP4, mss);
    if (six) {
      cut(trial, port, Packet.of(true, true, Marks.LARGE, payload(port)), Offload.GSO_TCP6, mss);
    }
  }

  static void udpDatagramsCarryThePayload(Trial trial) throws Exception {
    OpenPort port = trial.start();
    Packet large = Packet.of(false, false, Marks.DATAGRAMS, payload(port));
    cut(trial, port, large, Offload.GSO_USO, Marks.DATAGRAM_SIZE);
  }

  /** As much payload as fits in one claimed frame, up to several segments. */
  private static byte[] payload(OpenPort port) {
    int room = port.port().capabilities().frameRoom() - 100;
    return Packet.payload(7, Math.min(PAYLOAD, room));
  }

  /** Sends a large frame and puts together again what the wire sees, cut or whole. */
  private static void cut(Trial trial, OpenPort port, Packet large, int gso, int size)
      throws Exception {
    byte[] payload = large.payload();
    large.checksum(large.pseudoSum());
    int flags = gso | Offload.CSUM_PARTIAL;
    WireFrame frame = new WireFrame(large.frame(), flags, large.metadata(size), 0);
    require(port.transmit(0, frame), "there was no room for a large frame of %s", kind(large));
    ByteArrayOutputStream together = new ByteArrayOutputStream();
    while (together.size() < payload.length) {
      Optional<WireFrame> next = Sight.far(trial, port, Sight.packetTo(large.port()));
      if (next.isEmpty()) {
        throw new Broken(
            "of %d bytes in a large frame of %s the wire saw %d"
                .formatted(payload.length, kind(large), together.size()));
      }
      together.write(part(next.get(), large, size, together.size(), payload.length));
    }
    require(
        Arrays.equals(payload, together.toByteArray()),
        "the segments of a large frame of %s carry another payload",
        kind(large));
  }

  private static byte[] part(WireFrame seen, Packet large, int size, int before, int all) {
    Packet part = Packet.read(seen.bytes());
    boolean whole = (seen.flags() & Offload.GSO_ANY) != 0;
    byte[] bytes = part.payload();
    int most = whole ? Offload.gsoSize(seen.offload()) : bytes.length;
    require(
        most <= size,
        "a segment of %s carries %d bytes where at most %d were asked for",
        kind(large),
        most,
        size);
    if (!part.tcp()) {
      require(
          most == Math.min(size, all - before),
          "a datagram of %s carries %d bytes of %d",
          kind(large),
          most,
          size);
    } else {
      require(
          part.streamOffset() == before,
          "a segment of %s has a sequence number that is wrong by %d",
          kind(large),
          part.streamOffset() - before);
    }
    checkHeaders(seen, part, "a segment of " + kind(large));
    return bytes;
  }

  private static void checkHeaders(WireFrame seen, Packet part, String what) {
    require(
        part.statedLength() == seen.bytes().length,
        "%s says that it has %d bytes, and has %d",
        what,
        part.statedLength(),
        seen.bytes().length);
    boolean open = (seen.flags() & Offload.CSUM_PARTIAL) != 0;
    int expected = open ? part.pseudoSum() : part.computed();
    require(
        part.checksum() == expected,
        "%s has the checksum 0x%04x instead of 0x%04x",
        what,
        part.checksum(),
        expected);
    require(part.headerIsSound(), "%s has a wrong IPv4 header checksum", what);
  }

  private static String kind(Packet large) {
    return (large.tcp() ? "TCP" : "UDP") + (large.v6() ? " over IPv6" : " over IPv4");
  }

  static void headersOfACoalescedFrameFitIt(Trial trial) throws Exception {
    int flags = Offload.GSO_TCP4 | Offload.CSUM_PARTIAL;
    OpenPort port =
        OpenPort.start(
            trial, Harness.Request.plain(), PortSettings.defaults().withRxOffloads(flags));
    require(
        port.wire().traits().contains(Trait.OFFLOADS),
        "the wire lacks the trait OFFLOADS, so that large frames cannot be received");
    Packet large = Packet.of(false, true, Marks.COALESCED, Packet.payload(8, PAYLOAD));
    byte[] payload = large.payload();
    large.checksum(large.pseudoSum());
    long numbers = large.metadata(Marks.COALESCED_MSS);
    port.send(new WireFrame(large.frame(), flags, numbers, 0));
    ByteArrayOutputStream together = new ByteArrayOutputStream();
    while (together.size() < payload.length) {
      Optional<WireFrame> next = Sight.near(trial, port, Sight.packetTo(Marks.COALESCED));
      require(
          next.isPresent(),
          "of %d bytes in a large frame %d were received",
          payload.length,
          together.size());
      together.write(coalesced(next.get()));
    }
    require(
        Arrays.equals(payload, together.toByteArray()), "a large frame came with another payload");
  }

  private static byte[] coalesced(WireFrame seen) {
    Packet part = Packet.read(seen.bytes());
    checkHeaders(seen, part, "a received large frame");
    if ((seen.flags() & Offload.GSO_ANY) != 0) {
      long numbers = seen.offload();
      int start = Offload.csumStart(numbers);
      int offset = Offload.csumOffset(numbers);
      require(
          (seen.flags() & Offload.GSO_ANY) == Offload.GSO_TCP4
              && (seen.flags() & Offload.CSUM_PARTIAL) != 0,
          "a received large frame of TCP over IPv4 came with flags 0x%x",
          seen.flags());
      require(
          start == part.transport() && offset == part.field(),
          "a received large frame has its checksum at %d + %d, not at %d + %d",
          start,
          offset,
          part.transport(),
          part.field());
      int size = Offload.gsoSize(numbers);
      require(
          size == Marks.COALESCED_MSS,
          "a received large frame was made of %d bytes each, and says %d",
          Marks.COALESCED_MSS,
          size);
    }
    return part.payload();
  }
}
