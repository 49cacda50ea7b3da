package org.vhostdp.tck.rule;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortSettings;
import org.vhostdp.spi.Region;
import org.vhostdp.spi.RxQueue;
import org.vhostdp.spi.TxQueue;
import org.vhostdp.tck.harness.Harness;
import org.vhostdp.tck.harness.Wire;
import org.vhostdp.tck.harness.WireFrame;

/**
 * A started port with its wire: frames in and out as byte arrays, for rules that are not about the
 * burst calls themselves. One thread.
 */
public final class OpenPort {
  /** Entries of the bursts that the kit uses. */
  public static final int BURST = 32;

  private final Trial trial;
  private final Wire wire;
  private final Port port;
  private final Burst out = new Burst(BURST);
  private final Burst in = new Burst(BURST);

  private OpenPort(Trial trial, Wire wire, Port port) {
    this.trial = trial;
    this.wire = wire;
    this.port = port;
  }

  /** Makes a wire, opens, configures and starts its port. */
  public static OpenPort start(Trial trial, Harness.Request request) throws Exception {
    PortSettings settings =
        PortSettings.defaults().withQueuePairs(request.queuePairs()).withMtu(request.mtu());
    return start(trial, request, settings);
  }

  /** The same with settings of the caller's. */
  public static OpenPort start(Trial trial, Harness.Request request, PortSettings settings)
      throws Exception {
    return on(trial, trial.wire(request), settings);
  }

  /** Opens, configures and starts a port on a wire that has none open. */
  public static OpenPort on(Trial trial, Wire wire, PortSettings settings) throws Exception {
    Port port = trial.open(wire);
    port.configure(settings);
    OpenPort made = new OpenPort(trial, wire, port);
    made.start();
    return made;
  }

  /** A port that was opened, configured and started by hand, its peer connected. */
  public static OpenPort of(Trial trial, Wire wire, Port port) {
    return new OpenPort(trial, wire, port);
  }

  /** Starts the port and connects its peer. */
  public void start() throws Exception {
    port.start();
    wire.started();
  }

  public Port port() {
    return port;
  }

  public Wire wire() {
    return wire;
  }

  public TxQueue tx(int queue) {
    return port.tx(queue);
  }

  public RxQueue rx(int queue) {
    return port.rx(queue);
  }

  /**
   * Transmits a plain frame in one claimed buffer, waiting for room.
   *
   * @return true if it was accepted, false if no room came in time
   */
  public boolean transmit(int queue, byte[] frame) throws Exception {
    return transmit(queue, WireFrame.plain(frame));
  }

  /** The same with metadata; breaks the rule if the frame is refused for good. */
  public boolean transmit(int queue, WireFrame frame) throws Exception {
    TxQueue tx = port.tx(queue);
    Deadline end = trial.deadline();
    boolean claimed = false;
    do {
      if (!claimed) {
        claimed = tx.claim(out, 1) == 1;
      }
      if (claimed) {
        fill(out, 0, frame);
        if (tx.transmit(out, 0, 1) == 1) {
          return true;
        }
        if (out.status[0] != Burst.FULL) {
          int status = out.status[0];
          tx.unclaim(out, 0, 1);
          throw new Broken(
              "a frame of %d bytes with flags 0x%x was refused with status %d"
                  .formatted(frame.bytes().length, frame.flags(), status));
        }
      }
      pause();
    } while (!end.passed());
    if (claimed) {
      tx.unclaim(out, 0, 1);
    }
    return false;
  }

  /** Writes a frame into a claimed entry. */
  public void fill(Burst burst, int i, WireFrame frame) {
    byte[] bytes = frame.bytes();
    Trial.require(
        bytes.length <= burst.room[i],
        "a claimed frame has room for %d bytes, less than the %d that frameRoom promises",
        burst.room[i],
        port.capabilities().frameRoom());
    memory(burst.region[i]).asSlice(burst.offset[i], bytes.length).copyFrom(segment(bytes));
    burst.length[i] = bytes.length;
    burst.flags[i] = frame.flags();
    burst.offload[i] = frame.offload();
    burst.vlan[i] = frame.vlan();
  }

  /**
   * Frames that arrive on a queue, released at once, until {@code count} came or patience ends.
   *
   * @return at most {@code count} frames, in order
   */
  public List<WireFrame> receive(int queue, int count) throws Exception {
    return receive(queue, count, trial.patience());
  }

  /** The same with a limit of the caller's. */
  public List<WireFrame> receive(int queue, int count, Duration limit) throws Exception {
    return receive(queue, count, Deadline.in(limit));
  }

  /** The same to the end of the caller's own wait. */
  public List<WireFrame> receive(int queue, int count, Deadline end) throws Exception {
    List<WireFrame> frames = new ArrayList<>();
    do {
      int entries = port.rx(queue).receive(in, in.capacity());
      if (entries == 0) {
        pause();
        continue;
      }
      frames.addAll(frames(in, entries));
      port.rx(queue).release(in, 0, entries);
    } while (frames.size() < count && !end.passed());
    return frames;
  }

  /** The frames that entries of a burst name, copied; segments joined. */
  public List<WireFrame> frames(Burst burst, int entries) {
    List<WireFrame> frames = new ArrayList<>();
    byte[] bytes = new byte[0];
    int head = 0;
    for (int i = 0; i < entries; i++) {
      byte[] part =
          memory(burst.region[i])
              .asSlice(burst.offset[i], burst.length[i])
              .toArray(ValueLayout.JAVA_BYTE);
      bytes = i == head ? part : joined(bytes, part);
      if ((burst.flags[i] & Offload.MORE) == 0) {
        frames.add(WireFrame.of(bytes, burst, head));
        head = i + 1;
      }
    }
    Trial.require(head == entries, "a received burst ends inside a frame");
    return frames;
  }

  /** Sends from the peer, waiting for room. */
  public void send(byte[] frame) throws Exception {
    send(WireFrame.plain(frame));
  }

  /** The same with metadata. */
  public void send(WireFrame frame) throws Exception {
    Deadline end = trial.deadline();
    while (!wire.send(frame)) {
      if (end.passed()) {
        throw new IllegalStateException("The wire's peer has no room; is nobody receiving?");
      }
      pause();
    }
  }

  /** What the peer sees of the port, until {@code count} frames came or patience ends. */
  public List<WireFrame> seen(int count) throws Exception {
    return seen(count, trial.patience());
  }

  /** The same with a limit of the caller's. */
  public List<WireFrame> seen(int count, Duration limit) throws Exception {
    List<WireFrame> frames = new ArrayList<>();
    Deadline end = Deadline.in(limit);
    do {
      wire.receive(end.step()).ifPresent(frames::add);
    } while (frames.size() < count && !end.passed());
    return frames;
  }

  /** The memory of a region id, as the port gives it. */
  public MemorySegment memory(int region) {
    List<Region> regions = port.regions();
    Trial.require(
        region >= 0 && region < regions.size(),
        "a frame lies in region %d, but the port has %d",
        region,
        regions.size());
    return regions.get(region).segment();
  }

  private static byte[] joined(byte[] a, byte[] b) {
    byte[] all = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, all, a.length, b.length);
    return all;
  }

  private static MemorySegment segment(byte[] bytes) {
    return MemorySegment.ofArray(bytes);
  }

  private static void pause() throws InterruptedException {
    Thread.sleep(0, 50_000);
  }
}
