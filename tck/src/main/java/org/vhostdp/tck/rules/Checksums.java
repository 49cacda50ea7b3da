package org.vhostdp.tck.rules;

import static org.vhostdp.tck.rule.Trial.require;

import java.util.Arrays;
import java.util.List;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.PortSettings;
import org.vhostdp.tck.harness.Harness;
import org.vhostdp.tck.harness.Trait;
import org.vhostdp.tck.harness.WireFrame;
import org.vhostdp.tck.rule.OpenPort;
import org.vhostdp.tck.rule.Trial;

/** Checksums that somebody else is to compute, or has looked at. */
final class Checksums {
  private Checksums() {}

  static void anOpenChecksumIsCompletedOrPassedOn(Trial trial) throws Exception {
    OpenPort port = trial.start();
    for (boolean v6 : List.of(false, true)) {
      for (boolean tcp : List.of(false, true)) {
        Packet whole = Packet.of(v6, tcp, Marks.OPEN_CHECKSUM, Packet.payload(4, 101));
        String what = (tcp ? "TCP" : "UDP") + (v6 ? " over IPv6" : " over IPv4");
        WireFrame seen =
            Sight.sent(trial, port, open(whole), Sight.packetTo(Marks.OPEN_CHECKSUM), what);
        checkClosed(whole, seen, what);
      }
    }
  }

  /** The packet with its checksum left open. */
  private static WireFrame open(Packet whole) {
    Packet open = new Packet(whole.v6(), whole.tcp(), whole.frame().clone());
    open.checksum(open.pseudoSum());
    return new WireFrame(open.frame(), Offload.CSUM_PARTIAL, open.metadata(0), 0);
  }

  private static void checkClosed(Packet whole, WireFrame seen, String what) {
    boolean open = (seen.flags() & Offload.CSUM_PARTIAL) != 0;
    byte[] expected = open ? open(whole).bytes() : whole.frame();
    Packet came = Packet.read(seen.bytes());
    require(
        came.checksum() == (open ? whole.pseudoSum() : whole.computed()),
        "%s with an open checksum came to the wire %s, with 0x%04x",
        what,
        open ? "still open" : "as if completed",
        came.checksum());
    require(
        Arrays.equals(expected, seen.bytes()),
        "%s with an open checksum came to the wire with other bytes",
        what);
    if (open) {
      long numbers = seen.offload();
      require(
          Offload.csumStart(numbers) == whole.transport()
              && Offload.csumOffset(numbers) == whole.field(),
          "%s with an open checksum at %d + %d came to the wire with one at %d + %d",
          what,
          whole.transport(),
          whole.field(),
          Offload.csumStart(numbers),
          Offload.csumOffset(numbers));
    }
  }

  static void aWrongChecksumIsNotVouchedFor(Trial trial) throws Exception {
    int validated = Offload.CSUM_VALID;
    OpenPort port =
        OpenPort.start(
            trial, Harness.Request.plain(), PortSettings.defaults().withRxOffloads(validated));
    for (boolean tcp : List.of(false, true)) {
      Packet packet = Packet.of(false, tcp, Marks.WRONG_CHECKSUM, Packet.payload(5, 90));
      packet.checksum(packet.computed() ^ 0x0100);
      WireFrame frame = WireFrame.plain(packet.frame());
      WireFrame seen =
          Sight.received(
              trial, port, frame, Sight.packetTo(Marks.WRONG_CHECKSUM), "a wrong checksum");
      require(
          (seen.flags() & Offload.CSUM_VALID) == 0,
          "a received %s checksum that is wrong is marked as validated",
          tcp ? "TCP" : "UDP");
      require(
          Arrays.equals(seen.bytes(), packet.frame()),
          "a received %s checksum that is wrong came with other bytes",
          tcp ? "TCP" : "UDP");
    }
  }

  static void zeroInUdpMeansNone(Trial trial) throws Exception {
    OpenPort port = trial.start();
    Packet ones = sumsToOnes();
    Packet none = Packet.udp(Marks.NO_CHECKSUM, 64).checksum(0);
    zeroes(ones, none, "sent", frame -> far(trial, port, frame));
    zeroes(ones, none, "received", frame -> near(trial, port, frame));
    if ((port.port().capabilities().txOffloads() & Offload.CSUM_PARTIAL) != 0) {
      WireFrame seen = far(trial, port, open(ones));
      if ((seen.flags() & Offload.CSUM_PARTIAL) == 0) {
        checkOnes(seen, "computed on transmit");
      }
    }
    if (port.wire().traits().contains(Trait.OFFLOADS)) {
      checkOnes(near(trial, port, open(ones)), "computed on receive");
    }
  }

  private interface Way {
    WireFrame through(WireFrame frame) throws Exception;
  }

  private static WireFrame far(Trial trial, OpenPort port, WireFrame frame) throws Exception {
    return Sight.sent(trial, port, frame, Sight.packetTo(Marks.NO_CHECKSUM), "a packet of UDP");
  }

  private static WireFrame near(Trial trial, OpenPort port, WireFrame frame) throws Exception {
    return Sight.received(trial, port, frame, Sight.packetTo(Marks.NO_CHECKSUM), "a packet of UDP");
  }

  private static void zeroes(Packet ones, Packet none, String how, Way way) throws Exception {
    checkOnes(way.through(WireFrame.plain(ones.frame())), how);
    int came = Packet.read(way.through(WireFrame.plain(none.frame())).bytes()).checksum();
    require(came == 0, "a UDP frame without a checksum was %s with 0x%04x", how, came);
  }

  private static void checkOnes(WireFrame seen, String how) {
    int came = Packet.read(seen.bytes()).checksum();
    require(came == 0xFFFF, "a UDP checksum of 0xffff was %s as 0x%04x", how, came);
  }

  /** A packet of UDP whose checksum comes out as zero: two bytes of payload make it so. */
  private static Packet sumsToOnes() {
    byte[] payload = Packet.payload(6, 64);
    payload[0] = 0;
    payload[1] = 0;
    int missing = Packet.of(false, false, Marks.NO_CHECKSUM, payload).computed();
    payload[0] = (byte) (missing >>> 8);
    payload[1] = (byte) missing;
    return Packet.of(false, false, Marks.NO_CHECKSUM, payload);
  }
}
