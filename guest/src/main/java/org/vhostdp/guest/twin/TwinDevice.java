package org.vhostdp.guest.twin;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A whole network device as its guest sees it: negotiates with a back-end in the order that a known
 * front-end follows, starts the rings and gives the driver over them. Control calls belong to one
 * thread, and no {@link NetQueue} may be in use while one of them runs.
 */
public final class TwinDevice implements AutoCloseable {
  private final TwinOptions options;
  private final List<Virtqueue> queues = new ArrayList<>();
  private Session session;
  private TwinMemory memory;
  private boolean ownsMemory;
  private TwinNet net;
  private int[] bases;

  private TwinDevice(TwinOptions options) {
    this.options = options;
  }

  /** Connects to a back-end's socket and starts a device with memory of its own. */
  public static TwinDevice start(Path socket, TwinOptions options) throws IOException {
    return start(VhostUserClient.connect(socket), null, options);
  }

  /**
   * Starts a device over a connected front-end, which it takes over.
   *
   * @param memory guest memory to use, which stays the caller's; null to make its own
   * @throws IOException when the back-end refuses, or offers less than is asked for
   */
  public static TwinDevice start(VhostUserClient client, TwinMemory memory, TwinOptions options)
      throws IOException {
    TwinDevice device = new TwinDevice(options);
    try {
      device.session = new Session(client, options);
      device.session.attach();
      device.build(memory);
      device.run(false);
      return device;
    } catch (IOException | RuntimeException e) {
      device.close();
      if (device.session == null) {
        client.close();
      }
      throw e;
    }
  }

  private void build(TwinMemory given) throws IOException {
    long features = session.features();
    int size = options.ringSize();
    ownsMemory = given == null;
    memory = ownsMemory ? makeMemory() : given;
    List<NetQueue> pairs = new ArrayList<>();
    for (int pair = 0; pair < options.pairs(); pair++) {
      Virtqueue receive = addQueue(2 * pair, size);
      Virtqueue transmit = addQueue(2 * pair + 1, size);
      NetQueue queue = new NetQueue(memory, receive, transmit, features, options);
      queue.start();
      pairs.add(queue);
    }
    ControlQueue control = null;
    if ((features & Feature.CTRL_VQ) != 0) {
      boolean several = (features & (Feature.MQ | Feature.RSS)) != 0;
      int index = several ? 2 * Math.max(1, session.config().maxPairs()) : 2;
      control = new ControlQueue(memory, addQueue(index, Math.min(size, 64)));
    }
    net = new TwinNet(pairs, control, ReceiveSide.headerBytes(features));
    bases = queues.stream().mapToInt(queue -> queue.ring().base()).toArray();
  }

  private Virtqueue addQueue(int index, int size) throws IOException {
    DriverRing ring = DriverRing.create(memory, size, session.features());
    Virtqueue queue = Virtqueue.create(index, ring, options.kick());
    queues.add(queue);
    return queue;
  }

  private TwinMemory makeMemory() throws IOException {
    int size = options.ringSize();
    long ringBytes = 2L * (size * (26L + 64 * 16) + 16384);
    long pair = ringBytes + NetQueue.memoryBytes(session.features(), size, options.bufferBytes());
    long bytes = (options.pairs() + 1) * pair + (1 << 20);
    if (options.hugePages()) {
      return TwinMemory.createHuge(bytes);
    }
    // Allocations do not span regions, so leave room for what is lost at their ends.
    return TwinMemory.create(
        options.regions() == 1 ? bytes : bytes * 2 + options.regions() * pair, options.regions());
  }

  private void run(boolean again) throws IOException {
    session.startRings(memory, queues, bases, again);
    if (net.pairs() > 1 && (session.features() & Feature.CTRL_VQ) != 0) {
      if (!net.control().queuePairs(net.pairs())) {
        throw new IOException("The device refused to use " + net.pairs() + " queue pairs.");
      }
    }
  }

  /** Stops every ring as the front-end does when its guest resets; the session stays. */
  public void stop() throws IOException {
    bases = session.stopRings(queues);
  }

  /** Starts again what {@link #stop} stopped: same rings, same session. */
  public void restart() throws IOException {
    run(true);
  }

  /**
   * Goes on with a new session after the back-end was lost: same rings and memory, each ring from
   * where the lost back-end had come.
   *
   * @throws IOException when the new back-end offers fewer features than were acknowledged
   */
  public void reattach(VhostUserClient client) throws IOException {
    long former = session.features();
    session.close();
    session = new Session(client, options);
    session.attach();
    if ((former & ~session.features()) != 0) {
      throw new IOException(
          "The new back-end lacks features 0x%x that the guest uses."
              .formatted(former & ~session.features()));
    }
    bases = queues.stream().mapToInt(queue -> queue.ring().base()).toArray();
    run(true);
  }

  /** Enables or disables the rings of a pair. */
  public void enable(int pair, boolean on) throws IOException {
    session.client().setVringEnable(2 * pair, on);
    session.client().setVringEnable(2 * pair + 1, on);
  }

  /** Virtio features in use. */
  public long features() {
    return session.features();
  }

  /** Configuration space as read at the start. */
  public NetConfig config() {
    return session.config();
  }

  /** Where the rings were when {@link #stop} stopped them, by position in {@link #queues}. */
  public int[] bases() {
    return bases.clone();
  }

  /** The driver. */
  public TwinNet net() {
    return net;
  }

  /** All rings: receive and transmit of each pair, then the control queue. */
  public List<Virtqueue> queues() {
    return List.copyOf(queues);
  }

  /** Guest memory. */
  public TwinMemory memory() {
    return memory;
  }

  /** The front-end, for messages beyond what this class sends. */
  public VhostUserClient client() {
    return session.client();
  }

  /** The channel on which the back-end asks, or null without BACKEND_REQ. */
  public BackendChannel backendChannel() {
    return session.backendChannel();
  }

  /** Ends the session as it stands, like a front-end that is killed, and frees everything. */
  @Override
  public void close() {
    if (session != null) {
      session.close();
    }
    queues.forEach(Virtqueue::close);
    queues.clear();
    if (ownsMemory && memory != null) {
      memory.close();
    }
  }
}
