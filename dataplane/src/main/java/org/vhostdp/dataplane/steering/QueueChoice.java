package org.vhostdp.dataplane.steering;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.vhostdp.dataplane.offload.Toeplitz;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.QueuePolicy;

/**
 * Chooses the guest's queue of a frame: by a rule, else as the guest scales, else by a policy, else
 * where its flow was last sent from, else by its hash. Only active queues are chosen. Settings by a
 * control thread before frames flow, everything else on the one IO thread.
 */
final class QueueChoice {
  /** Bytes of a frame in pieces that are put together to look at. */
  private static final int LOOK = 256;

  private final FlowRule[] rules;
  private final MemorySegment[] frames;
  private final MemorySegment[] readOnly;
  private final FlowClassifier headers = new FlowClassifier();
  private final MemorySegment look;
  private final MemorySegment lookReadOnly;
  private final boolean[] active;
  private final FrameRing[] rings;
  private final FlowTable flows = new FlowTable();
  private int[] actives;
  private RssSetting rss;
  private RssSetting hashing;
  private GuardedPolicy policy;
  private Toeplitz key;
  private int types;
  private int[] table;
  private int unclassified;

  private int wanted;
  private int flow;
  private int type;

  /**
   * @param frames the driver's memory, by region
   * @param rings of the guest's queues; entries may come later
   */
  QueueChoice(SteeringSpec spec, MemorySegment[] frames, FrameRing[] rings) {
    this.rules = spec.rules();
    this.frames = frames;
    this.rings = rings;
    this.readOnly = new MemorySegment[frames.length];
    for (int i = 0; i < frames.length; i++) {
      readOnly[i] = frames[i].asReadOnly();
    }
    this.look = Arena.ofAuto().allocate(LOOK, 8);
    this.lookReadOnly = look.asReadOnly();
    this.active = new boolean[rings.length];
    Arrays.fill(active, true);
    activate();
    QueuePolicy named = spec.named();
    policy(named == null ? null : new GuardedPolicy(named, named.name()));
  }

  private void activate() {
    actives = IntStream.range(0, active.length).filter(i -> active[i]).toArray();
  }

  void active(int queue, boolean now) {
    active[queue] = now;
    activate();
  }

  /** The only active queue, or -1. */
  int lone() {
    return actives.length == 1 ? actives[0] : -1;
  }

  void policy(GuardedPolicy next) {
    policy = next;
  }

  int policyFaults() {
    return policy == null ? 0 : policy.faults();
  }

  void rss(RssSetting setting) {
    rss = setting;
    table = setting == null ? null : setting.table();
    unclassified = setting == null ? 0 : setting.unclassified();
    rekey();
  }

  void hashing(RssSetting setting) {
    hashing = setting;
    rekey();
  }

  /** One hash serves both: that of scaling, if there is scaling. */
  private void rekey() {
    RssSetting setting = rss != null ? rss : hashing;
    key = setting == null ? null : new Toeplitz(setting.key());
    types = setting == null ? 0 : setting.types();
  }

  /** Whether frames are to show their hash. */
  boolean reports() {
    return hashing != null;
  }

  /** Whether queues follow what is sent. */
  boolean follows() {
    return rss == null && policy == null;
  }

  /** Notes a frame that the guest sends. */
  void sent(int from, MemorySegment memory, long offset, int length) {
    headers.read(memory, offset, length);
    int hash = headers.symmetric();
    if (hash != 0) {
      flows.note(hash, from);
    }
  }

  /**
   * Chooses.
   *
   * @param in a burst
   * @param first index of the frame's first entry
   * @param end index after its last
   * @return an active queue, or -1: then {@link #wanted} is the one that is not
   */
  int of(Burst in, int first, int end) {
    int region = in.region[first];
    int length = in.length[first];
    if (end > first + 1 && length < LOOK) {
      return of(look, lookReadOnly, 0, pieces(in, first, end));
    }
    return of(frames[region], readOnly[region], in.offset[first], length);
  }

  private int pieces(Burst in, int first, int end) {
    int there = 0;
    for (int e = first; e < end && there < LOOK; e++) {
      int bytes = Math.min(in.length[e], LOOK - there);
      MemorySegment.copy(frames[in.region[e]], in.offset[e], look, there, bytes);
      there += bytes;
    }
    return there;
  }

  private int of(MemorySegment frame, MemorySegment shown, long at, int length) {
    flow = 0;
    headers.read(frame, at, length);
    type = key == null ? 0 : headers.scale(types, key);
    wanted = 0;
    if (actives.length == 0) {
      return -1;
    }
    for (FlowRule rule : rules) {
      if (isActive(rule.queue()) && rule.matches(headers)) {
        return rule.queue();
      }
    }
    if (rss != null) {
      return scaled();
    }
    return policy == null ? followed() : asked(shown, at, length);
  }

  boolean isActive(int queue) {
    return queue < active.length && active[queue];
  }

  private int scaled() {
    wanted = type == 0 ? unclassified : table[headers.hash() & table.length - 1];
    if (isActive(wanted)) {
      return wanted;
    }
    return isActive(unclassified) ? unclassified : -1;
  }

  private int asked(MemorySegment shown, long at, int length) {
    int hash = key == null ? headers.symmetric() : headers.hash();
    int answer = policy.queue(shown, at, length, hash, actives.length);
    return answer < 0 ? spread(hash) : actives[answer];
  }

  private int followed() {
    flow = headers.symmetric();
    int sender = flows.sender(flow);
    int next = sender >= 0 && isActive(sender) ? sender : spread(flow);
    int now = flows.settled(flow, next, rings);
    return isActive(now) ? now : next;
  }

  private int spread(int hash) {
    return actives[Integer.remainderUnsigned(hash, actives.length)];
  }

  /** A queue that was wanted for the last frame, but is not active. */
  int wanted() {
    return Math.min(wanted, active.length - 1);
  }

  /** Notes that the last frame was put into a queue's ring. */
  void putInto(int queue) {
    if (flow != 0) {
      flows.putInto(flow, queue, rings[queue]);
    }
  }

  /** Hash of the last frame, as reported. */
  int hash() {
    return type == 0 ? 0 : headers.hash();
  }

  /** Bit of the hash's type, or 0. */
  int type() {
    return type;
  }
}
