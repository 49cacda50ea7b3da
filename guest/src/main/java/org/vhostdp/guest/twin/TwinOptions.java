package org.vhostdp.guest.twin;

/**
 * How a {@link TwinDevice} behaves.
 *
 * @param features virtio features wanted; those not offered are left out
 * @param protocolFeatures protocol features wanted; likewise
 * @param pairs queue pairs
 * @param ringSize descriptors of each ring; a power of two for split rings
 * @param order in whose order the messages come
 * @param kick what carries kicks
 * @param framing how a frame to send lies in descriptors
 * @param bufferBytes size of a receive buffer, virtio-net header included; mergeable ones may be
 *     small, others must hold a whole frame of the MTU
 * @param regions memory regions, where the device makes its own memory
 * @param hugePages take huge pages for it, in one region
 */
public record TwinOptions(
    long features,
    long protocolFeatures,
    int pairs,
    int ringSize,
    Order order,
    Kick kick,
    Framing framing,
    int bufferBytes,
    int regions,
    boolean hugePages) {
  /** Whose start-up sequence to follow. */
  public enum Order {
    /** QEMU 7.2: rings are enabled before there is memory, kicks lie in the eventfd already. */
    QEMU,
    /** DPDK 22.11 virtio-user: call descriptors before the features, enabled last. */
    DPDK
  }

  /** What carries a kick. */
  public enum Kick {
    EVENTFD,
    /** A byte stream that takes 8 bytes a kick, as user-mode Linux uses a pipe. */
    STREAM
  }

  /** How a frame to send lies in descriptors. */
  public enum Framing {
    /** Header and frame in one element. */
    ONE,
    /** Header in one element, the frame in another. */
    TWO,
    /** Header over two elements, the frame over up to four. */
    SCATTERED
  }

  /** Every feature of rings and offloads that the twin drives, the control queue left out. */
  public static final long DEFAULT_FEATURES =
      Feature.VERSION_1
          | Feature.PROTOCOL_FEATURES
          | Feature.INDIRECT_DESC
          | Feature.EVENT_IDX
          | Feature.MRG_RXBUF
          | Feature.CSUM
          | Feature.GUEST_CSUM
          | Feature.MAC
          | Feature.MTU
          | Feature.STATUS
          | Feature.MQ;

  /** One split pair of 256 descriptors in QEMU's order. */
  public static TwinOptions defaults() {
    return new TwinOptions(
        DEFAULT_FEATURES,
        ProtocolFeature.KNOWN,
        1,
        256,
        Order.QEMU,
        Kick.EVENTFD,
        Framing.ONE,
        2048,
        1,
        false);
  }

  /** With other features. */
  public TwinOptions withFeatures(long wanted) {
    return new TwinOptions(
        wanted,
        protocolFeatures,
        pairs,
        ringSize,
        order,
        kick,
        framing,
        bufferBytes,
        regions,
        hugePages);
  }

  /** With more features. */
  public TwinOptions plus(long more) {
    return withFeatures(features | more);
  }

  /** With fewer features. */
  public TwinOptions minus(long fewer) {
    return withFeatures(features & ~fewer);
  }

  /** With other protocol features. */
  public TwinOptions withProtocolFeatures(long wanted) {
    return new TwinOptions(
        features, wanted, pairs, ringSize, order, kick, framing, bufferBytes, regions, hugePages);
  }

  /** With so many queue pairs. */
  public TwinOptions withPairs(int count) {
    return new TwinOptions(
        features,
        protocolFeatures,
        count,
        ringSize,
        order,
        kick,
        framing,
        bufferBytes,
        regions,
        hugePages);
  }

  /** With rings of so many descriptors. */
  public TwinOptions withRingSize(int descriptors) {
    return new TwinOptions(
        features,
        protocolFeatures,
        pairs,
        descriptors,
        order,
        kick,
        framing,
        bufferBytes,
        regions,
        hugePages);
  }

  /** With another order of messages and means of kicking. */
  public TwinOptions withOrder(Order whose, Kick how) {
    return new TwinOptions(
        features,
        protocolFeatures,
        pairs,
        ringSize,
        whose,
        how,
        framing,
        bufferBytes,
        regions,
        hugePages);
  }

  /** With another framing and buffer size. */
  public TwinOptions withBuffers(Framing how, int bytes) {
    return new TwinOptions(
        features, protocolFeatures, pairs, ringSize, order, kick, how, bytes, regions, hugePages);
  }

  /** With memory of so many regions, or of huge pages. */
  public TwinOptions withMemory(int regionCount, boolean huge) {
    return new TwinOptions(
        features,
        protocolFeatures,
        pairs,
        ringSize,
        order,
        kick,
        framing,
        bufferBytes,
        regionCount,
        huge);
  }
}
