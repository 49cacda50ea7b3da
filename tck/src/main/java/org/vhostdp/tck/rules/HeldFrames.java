package org.vhostdp.tck.rules;

import static org.vhostdp.tck.rule.Trial.require;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.RxQueue;
import org.vhostdp.tck.harness.WireFrame;
import org.vhostdp.tck.rule.Deadline;
import org.vhostdp.tck.rule.Frames;
import org.vhostdp.tck.rule.OpenPort;
import org.vhostdp.tck.rule.Trial;

/** Received frames that the host keeps for a while. */
final class HeldFrames {
  /** More than any ring of a device is expected to hold. */
  private static final int FLOOD = 3000;

  private final OpenPort port;
  private final RxQueue rx;
  private final List<Burst> bursts = new ArrayList<>();
  private final List<List<WireFrame>> copies = new ArrayList<>();
  private int held;
  private int ours;

  private HeldFrames(OpenPort port) {
    this.port = port;
    this.rx = port.rx(0);
  }

  /** Keeps one more burst; returns its entries. */
  private int take() {
    Burst burst = new Burst(OpenPort.BURST);
    int entries = rx.receive(burst, OpenPort.BURST);
    if (entries > 0) {
      List<WireFrame> frames = port.frames(burst, entries);
      bursts.add(burst);
      copies.add(frames);
      held += entries;
      ours += (int) frames.stream().filter(frame -> Frames.ours(frame.bytes())).count();
    }
    return entries;
  }

  /** Keeps bursts until so many frames of ours came or patience ends. */
  private void take(int count, Trial trial) {
    Deadline end = trial.deadline();
    while (ours < count && !end.passed()) {
      take();
    }
  }

  private void requireUnchanged(String sentence) {
    for (int i = 0; i < bursts.size(); i++) {
      List<WireFrame> now = port.frames(bursts.get(i), entries(i));
      for (int j = 0; j < now.size(); j++) {
        require(Arrays.equals(now.get(j).bytes(), copies.get(i).get(j).bytes()), sentence);
      }
    }
  }

  private int entries(int i) {
    int entries = 0;
    for (int frames = 0; frames < copies.get(i).size(); entries++) {
      frames += (bursts.get(i).flags[entries] & Offload.MORE) == 0 ? 1 : 0;
    }
    return entries;
  }

  private void release() {
    for (int i = 0; i < bursts.size(); i++) {
      rx.release(bursts.get(i), 0, entries(i));
    }
    bursts.clear();
    copies.clear();
    held = 0;
    ours = 0;
  }

  static void areStableUntilReleased(Trial trial) throws Exception {
    OpenPort port = trial.start();
    HeldFrames frames = new HeldFrames(port);
    Traffic.send(port, Numbers.RX_HELD, OpenPort.BURST);
    frames.take(OpenPort.BURST, trial);
    require(frames.ours == OpenPort.BURST, "%d of %d frames came to hold", frames.ours, 32);
    Traffic.send(port, Numbers.RX_HELD + OpenPort.BURST, OpenPort.BURST);
    frames.take(2 * OpenPort.BURST, trial);
    frames.requireUnchanged("the bytes of a received frame changed before it was released");
    frames.release();
    Traffic.exchange(trial, port, 1, "after held frames were released");
  }

  static void slowConsumerIsNotOverwritten(Trial trial) throws Exception {
    OpenPort port = trial.start();
    HeldFrames frames = new HeldFrames(port);
    Traffic.send(port, Numbers.SLOW, 2 * OpenPort.BURST);
    frames.take(2 * OpenPort.BURST, trial);
    require(frames.ours > 0, "no frame came for a slow consumer");
    for (int i = 0; i < FLOOD && port.wire().send(flood(i)); i++) {
      if (i % OpenPort.BURST == OpenPort.BURST - 1) {
        frames.take();
        frames.requireUnchanged("a slow consumer's frame was overwritten by what came later");
      }
    }
    frames.requireUnchanged("a slow consumer's frame was overwritten by what came later");
    frames.release();
  }

  private static WireFrame flood(int i) {
    return WireFrame.plain(Traffic.frame(Numbers.SLOW + 2 * OpenPort.BURST + i));
  }

  static void noMoreAreLentThanDeclared(Trial trial) throws Exception {
    OpenPort port = trial.start();
    HeldFrames frames = new HeldFrames(port);
    int most = port.port().capabilities().rxLent();
    int number = 1;
    Deadline end = trial.deadline();
    boolean full = false;
    while (!full && frames.held <= most && !end.passed()) {
      for (int i = 0; i < OpenPort.BURST && !full; i++) {
        full = !port.wire().send(WireFrame.plain(Traffic.frame(number++)));
      }
      while (frames.take() > 0) {
        require(
            frames.held <= most,
            "a queue lent %d received frames at once, not %d at most",
            frames.held,
            most);
      }
      full |= frames.held == most;
    }
    require(frames.held > 0, "no frame came to be lent");
    trial.observe(frames.held + " received frames were lent at once, declared are " + most);
    frames.release();
    Traffic.exchange(trial, port, 999, "after all lent frames were released");
  }
}
