package org.vhostdp.driver.loopback;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.spi.Capabilities;
import org.vhostdp.spi.PortSettings;
import org.vhostdp.spi.RxQueue;
import org.vhostdp.spi.TxQueue;

/**
 * The queue pairs of one port, of the kinds its mode needs. The queues are made once per
 * configuration; what they work on comes and goes with start and stop.
 */
final class PortQueues {
  private final LoopbackOptions options;
  private final int pairs;
  private final ForeignTable foreign;
  private final TxQueue[] tx;
  private final RxQueue[] rx;
  private final List<QueueHalf> halves = new ArrayList<>();
  private final FrameCheck[] checks;
  private Inbox inbox;

  PortQueues(
      LoopbackOptions options,
      int pairs,
      WireEnd end,
      ForeignTable foreign,
      PortCounters counters,
      WireShaping shaping) {
    this.options = options;
    this.pairs = pairs;
    this.foreign = foreign;
    boolean carries = options.mode().carries();
    tx = carries ? new WireTx[pairs] : new TxQueue[pairs];
    rx = carries ? new WireRx[pairs] : new RxQueue[pairs];
    checks = new FrameCheck[pairs];
    for (int i = 0; i < pairs; i++) {
      tx[i] =
          switch (options.mode()) {
            case LOOPBACK, PAIR ->
                keep(
                    new WireTx(
                        i, options.drops(), end, foreign, counters.tx(i), shaping.transmit()));
            case SOURCE, SINK -> keep(new SinkTx(counters.tx(i)));
            case REFLECT -> keep(new ReflectTx(counters.tx(i)));
          };
      rx[i] =
          switch (options.mode()) {
            case LOOPBACK, PAIR ->
                keep(new WireRx(i, end, foreign, counters.rx(i), shaping.receive()));
            case SOURCE ->
                keep(new SourceRx(options.frameBytes(), options.mix(), foreign, counters.rx(i)));
            case SINK -> keep(new SilentRx(counters.rx(i)));
            case REFLECT -> keep(new ReflectRx(counters.rx(i)));
          };
    }
  }

  private <Q extends QueueHalf> Q keep(Q half) {
    halves.add(half);
    return half;
  }

  TxQueue tx(int queue) {
    return tx[queue];
  }

  RxQueue rx(int queue) {
    return rx[queue];
  }

  /** Bytes of the region that {@link #begin} needs. */
  long memoryBytes() {
    return switch (options.mode()) {
      case LOOPBACK, PAIR, SOURCE -> 2 * pairs * areaBytes();
      case SINK, REFLECT -> pairs * areaBytes();
    };
  }

  private long areaBytes() {
    return FrameArea.bytes(options.depth(), options.room());
  }

  /**
   * Gives every queue its frames and its descriptor.
   *
   * @throws LinuxException if one has none; {@link #end} releases the others
   */
  void begin(MemorySegment memory, Capabilities can, PortSettings settings, int mtu, Spread spread)
      throws LinuxException {
    switch (options.mode()) {
      case LOOPBACK, PAIR -> {
        beginTransmit(memory, can, mtu);
        beginArrivals(memory, settings, spread);
      }
      case SOURCE -> {
        beginTransmit(memory, can, mtu);
        beginSource(memory, settings);
      }
      case SINK -> {
        beginTransmit(memory, can, mtu);
        for (RxQueue queue : rx) {
          ((SilentRx) queue).begin();
        }
      }
      case REFLECT -> beginReflections(memory, can, settings, mtu);
    }
  }

  private void beginTransmit(MemorySegment memory, Capabilities can, int mtu)
      throws LinuxException {
    for (int i = 0; i < pairs; i++) {
      TxFrames frames = new TxFrames(area(memory, i));
      checks[i] = new FrameCheck(frames, foreign, can, mtu);
      switch (tx[i]) {
        case WireTx queue -> queue.begin(frames, checks[i]);
        case SinkTx queue -> queue.begin(frames, checks[i]);
        default -> throw new AssertionError(tx[i]);
      }
    }
  }

  private FrameArea area(MemorySegment memory, int index) {
    return new FrameArea(memory, index * areaBytes(), options.depth(), options.room());
  }

  private void beginArrivals(MemorySegment memory, PortSettings settings, Spread spread)
      throws LinuxException {
    Arrivals[] rings = new Arrivals[pairs];
    for (int i = 0; i < pairs; i++) {
      rings[i] = ((WireRx) rx[i]).prepare(area(memory, pairs + i));
    }
    inbox = new Inbox(rings, settings.activeQueuePairs(), spread);
    for (int i = 0; i < pairs; i++) {
      ((WireRx) rx[i]).begin(rings[i], inbox, settings.rxOffloads());
    }
  }

  private void beginSource(MemorySegment memory, PortSettings settings) throws LinuxException {
    for (int i = 0; i < pairs; i++) {
      ((SourceRx) rx[i]).begin(area(memory, pairs + i));
      ((SourceRx) rx[i]).active(i < settings.activeQueuePairs());
    }
  }

  private void beginReflections(
      MemorySegment memory, Capabilities can, PortSettings settings, int mtu)
      throws LinuxException {
    for (int i = 0; i < pairs; i++) {
      ReflectTx to = (ReflectTx) tx[i];
      ReflectRx from = (ReflectRx) rx[i];
      Reflection ring = new Reflection(area(memory, i), from.signal(), to.signal());
      checks[i] = new FrameCheck(to, foreign, can, mtu);
      to.begin(ring, checks[i]);
      from.begin(ring);
      from.active(i < settings.activeQueuePairs());
    }
  }

  /** Lets frames flow over the wire. */
  void attach(Wire wire, WireEnd end) {
    wire.start(end, inbox, (WireTx[]) tx, (WireRx[]) rx);
  }

  /** Takes frames and descriptors away; returns how many frames were still lent. */
  int end() {
    inbox = null;
    int lent = 0;
    for (QueueHalf half : halves) {
      lent += half.end();
    }
    return lent;
  }

  /** Settings that may change while frames flow. */
  void apply(PortSettings settings, int mtu) {
    for (int i = 0; i < pairs; i++) {
      checks[i].mtu(mtu);
      switch (rx[i]) {
        case WireRx queue -> queue.allow(settings.rxOffloads());
        case SourceRx queue -> queue.active(i < settings.activeQueuePairs());
        case ReflectRx queue -> queue.active(i < settings.activeQueuePairs());
        default -> {
          // A silent queue has no settings.
        }
      }
    }
    if (inbox != null) {
      inbox.active = settings.activeQueuePairs();
    }
  }

  /** How arriving flows are spread while frames flow; null: not. */
  void spread(Spread now) {
    inbox.spread = now;
  }
}
