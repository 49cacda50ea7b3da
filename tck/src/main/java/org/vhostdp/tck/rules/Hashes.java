package org.vhostdp.tck.rules;

import static org.vhostdp.tck.rule.Trial.require;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.PortSettings;
import org.vhostdp.spi.Steering;
import org.vhostdp.tck.harness.Harness;
import org.vhostdp.tck.harness.WireFrame;
import org.vhostdp.tck.rule.Deadline;
import org.vhostdp.tck.rule.OpenPort;
import org.vhostdp.tck.rule.Trial;

/** The flow hash that comes with a received frame. */
final class Hashes {
  private static final int FLOWS = 8;
  private static final int ROUNDS = 3;
  private static final int OF_THESE = Steering.HASH_UDP4 | Steering.HASH_IPV4;

  private final Trial trial;
  private final OpenPort port;
  private final Burst burst = new Burst(OpenPort.BURST);
  private final Map<Integer, Integer> hashes = new HashMap<>();
  private int came;
  private int hashed;

  private Hashes(Trial trial, OpenPort port) {
    this.trial = trial;
    this.port = port;
  }

  static void areOfTheFlow(Trial trial) throws Exception {
    PortSettings settings = PortSettings.defaults().withRxOffloads(Offload.HASH);
    Hashes hashes = new Hashes(trial, OpenPort.start(trial, Harness.Request.plain(), settings));
    // Some devices hash only what they spread.
    SteeringRules.scaled(hashes.port, 0);
    for (int round = 0; round < ROUNDS; round++) {
      for (int flow = 0; flow < FLOWS; flow++) {
        hashes.port.send(Packet.udp(Marks.HASHED + flow, 40 + 16 * round).frame());
      }
      hashes.receive((round + 1) * FLOWS);
    }
    require(
        hashes.hashed > 0, "flow hashes are declared, but of %d frames none has one", hashes.came);
    trial.observe("%d of %d frames have a hash".formatted(hashes.hashed, hashes.came));
  }

  private void receive(int all) throws Exception {
    Deadline end = trial.deadline();
    while (came < all) {
      require(!end.passed(), "%d of %d frames of several flows came", came, all);
      int entries = port.rx(0).receive(burst, OpenPort.BURST);
      List<WireFrame> frames = port.frames(burst, entries);
      int entry = 0;
      for (WireFrame frame : frames) {
        check(frame, entry);
        while ((burst.flags[entry] & Offload.MORE) != 0) {
          entry++;
        }
        entry++;
      }
      port.rx(0).release(burst, 0, entries);
    }
  }

  private void check(WireFrame frame, int entry) {
    Packet packet = Packet.read(frame.bytes());
    int flow = packet == null ? -1 : packet.port() - Marks.HASHED;
    if (flow < 0 || flow >= FLOWS) {
      return;
    }
    came++;
    if ((frame.flags() & Offload.HASH) == 0) {
      return;
    }
    hashed++;
    int type = burst.hashType[entry];
    require(
        Integer.bitCount(type) == 1 && (type & OF_THESE) != 0,
        "a UDP packet over IPv4 came with a hash of the type 0x%x",
        type);
    int hash = burst.hash[entry];
    Integer before = hashes.putIfAbsent(flow, hash);
    require(
        before == null || before == hash,
        "two frames of one flow came with the hashes 0x%08x and 0x%08x",
        before,
        hash);
  }
}
