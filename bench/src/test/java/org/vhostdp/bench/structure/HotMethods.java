package org.vhostdp.bench.structure;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Which methods carry the frames. */
final class HotMethods {
  private static final String NET = "org.vhostdp.dataplane.net.";
  private static final String RING = "org.vhostdp.dataplane.ring.";
  private static final String IO = "org.vhostdp.dataplane.io.";
  private static final String DRIVER = "org.vhostdp.driver.loopback.";

  /** Work of set-up that happens to be a long loop. */
  private static final Set<String> SET_UP = Set.of("begin", "open", "end", "<init>", "<clinit>");

  private HotMethods() {}

  /** Whether a compile unit belongs to the hot path. */
  static boolean judged(String method) {
    return (method.startsWith(NET) || method.startsWith(RING) || method.startsWith(DRIVER))
            && !SET_UP.contains(method.substring(method.indexOf("::") + 2))
        || method.startsWith(IO + "QueuePair::poll")
        || method.startsWith(IO + "TurnLoop::turn")
        || method.equals(PrivateQueue.class.getName() + "::poll");
  }

  /** What C2 must have compiled after these variations. */
  static Set<String> of(Collection<Variation> variations) {
    Set<String> all = new TreeSet<>();
    variations.forEach(variation -> all.addAll(of(variation)));
    return all;
  }

  private static List<String> of(Variation v) {
    List<String> hot = new ArrayList<>();
    String ring = RING + (v.packed() ? "PackedRing::" : "SplitRing::");
    hot.add(ring + "collect");
    hot.add(ring + "complete");
    hot.add(ring + "flush");
    hot.add(ring + "interruptWanted");
    hot.add(NET + "QueueSide::publish");
    hot.add(NET + (v.transmit() ? "TransmitPath::poll" : "ReceivePath::poll"));
    hot.add(ring + (v.indirect() ? "readShort" : v.buffers().length > 1 ? "walk" : "readPlain"));
    if (v.transmit()) {
      String fill = v.plain() ? "TransmitPath::fillPlain" : "TransmitPath::fillUsual";
      hot.add(NET + (v.foreign() ? "TransmitPath::refer" : fill));
      hot.add(DRIVER + "SinkTx::transmit");
    } else if (v.foreign()) {
      hot.add(DRIVER + "SourceRx::receiveInto");
      hot.add(NET + "ReceivePath::finish");
    } else {
      hot.add(DRIVER + "SourceRx::receive");
      hot.add(DRIVER + "SourceRx::release");
      hot.add(NET + (v.plain() ? "ReceivePath::placePlain" : "ReceivePath::place"));
    }
    return hot;
  }
}
