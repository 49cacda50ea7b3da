package org.vhostdp.bench.structure;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.vhostdp.dataplane.io.IoThread;
import org.vhostdp.dataplane.io.PairControl;
import org.vhostdp.dataplane.io.QueuePair;

/**
 * Runs variations on a real IO thread, the guests' side on this one: there the compiler decides
 * itself where a turn is cut into units. A transmit and a receive variation that follow each other
 * are one pair. Arguments are names of variations.
 */
public final class IoLoop {
  private static final int ROUNDS = 32;
  private static final long SPIN_NANOS = 1_000_000;

  private IoLoop() {}

  /** Runs the variations named. */
  public static void main(String[] arguments) throws Exception {
    List<PrivateQueue> queues = new ArrayList<>();
    Map<PairControl, List<Variation>> pairs = new HashMap<>();
    try (IoThread thread = new IoThread("io", -1, SPIN_NANOS, false)) {
      for (String argument : arguments) {
        Variation variation = Variation.of(argument);
        PairControl pair = free(pairs, variation, thread);
        PrivateQueue queue = new PrivateQueue(variation, PrivateQueue.Between.NOTHING);
        queues.add(queue);
        queue.attach(pair);
      }
      HotPath.settle(() -> rounds(queues));
      for (PairControl pair : pairs.keySet()) {
        pair.detachTransmit();
        pair.detachReceive();
      }
    }
    queues.forEach(PrivateQueue::close);
  }

  /** A pair whose path of this direction is free, as yet. */
  private static PairControl free(
      Map<PairControl, List<Variation>> pairs, Variation next, IoThread thread) {
    for (Map.Entry<PairControl, List<Variation>> pair : pairs.entrySet()) {
      List<Variation> in = pair.getValue();
      if (in.size() == 1 && in.getFirst().transmit() != next.transmit()) {
        in.add(next);
        return pair.getKey();
      }
    }
    PairControl pair = new PairControl(thread, new QueuePair(new Told()));
    pairs.put(pair, new ArrayList<>(List.of(next)));
    return pair;
  }

  private record Told() implements QueuePair.FaultSink {
    @Override
    public void broken(boolean receive, String why) {
      System.err.println("a path broke: " + why);
    }

    @Override
    public void driverFailed(String why) {
      System.err.println(why);
    }
  }

  private static void rounds(List<PrivateQueue> queues) {
    for (int i = 0; i < ROUNDS; i++) {
      for (PrivateQueue queue : queues) {
        queue.offer();
        queue.reclaim();
      }
    }
    // The IO thread may have had no core meanwhile: it has moved something on each queue before
    // this is called work.
    for (PrivateQueue queue : queues) {
      while (queue.reclaim() == 0) {
        queue.offer();
        Thread.yield();
      }
    }
  }
}
