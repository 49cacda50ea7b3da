package org.vhostdp.tck.rules;

import static org.vhostdp.tck.rule.Trial.require;

import java.util.Arrays;
import java.util.List;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Capabilities;
import org.vhostdp.spi.Offload;
import org.vhostdp.tck.harness.Harness;
import org.vhostdp.tck.harness.WireFrame;
import org.vhostdp.tck.rule.Frames;
import org.vhostdp.tck.rule.OpenPort;
import org.vhostdp.tck.rule.Trial;

/** Frames as long as the greatest MTU that a port declares, up to what networks use. */
final class Jumbo {
  private static final int ORDINARY = 1500;
  private static final int MOST = 9000;
  private static final int HEADER = 14;

  private Jumbo() {}

  /** One each way, in as many entries as it takes. */
  static void passes(Trial trial, Capabilities declared) throws Exception {
    int mtu = Math.min(MOST, declared.maxMtu());
    if (mtu <= ORDINARY) {
      return;
    }
    int length = mtu + HEADER;
    OpenPort port = OpenPort.start(trial, new Harness.Request(1, mtu));
    // A device that was made to measure may have frames to measure, too.
    Capabilities can = port.port().capabilities();
    int entries = (length + can.frameRoom() - 1) / can.frameRoom();
    require(
        length <= can.maxFrame() && entries <= can.maxSegments(),
        "an MTU of %d is declared, but no frame may have more than %d bytes in %d entries of %d",
        mtu,
        can.maxFrame(),
        can.maxSegments(),
        can.frameRoom());
    byte[] frame = Frames.numbered(Numbers.JUMBO, length);
    transmit(trial, port, frame, entries);
    List<byte[]> seen = Traffic.seen(trial, port, 1);
    require(
        seen.size() == 1 && Arrays.equals(seen.getFirst(), frame),
        "with an MTU of %d a frame of %d bytes did not reach the wire whole",
        mtu,
        length);
    if (!port.wire().send(WireFrame.plain(frame))) {
      trial.notTried("the peer cannot send a frame of %d bytes".formatted(length));
      return;
    }
    List<byte[]> came = Traffic.received(trial, port, 1);
    require(
        came.size() == 1 && Arrays.equals(came.getFirst(), frame),
        "with an MTU of %d a frame of %d bytes was not received whole",
        mtu,
        length);
    trial.observe("frames of %d bytes each way".formatted(length));
  }

  private static void transmit(Trial trial, OpenPort port, byte[] frame, int entries)
      throws Exception {
    int room = port.port().capabilities().frameRoom();
    byte[][] pieces = new byte[entries][];
    for (int i = 0; i < entries; i++) {
      pieces[i] = Arrays.copyOfRange(frame, i * room, Math.min(frame.length, (i + 1) * room));
    }
    Burst burst = Traffic.claimed(trial, port, pieces);
    for (int i = 0; i < entries - 1; i++) {
      burst.flags[i] = Offload.MORE;
    }
    Traffic.transmitAll(trial, port, burst, "a frame of " + frame.length + " bytes, as declared");
  }
}
