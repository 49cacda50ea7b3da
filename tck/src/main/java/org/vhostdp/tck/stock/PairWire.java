package org.vhostdp.tck.stock;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Driver;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.Host;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortSettings;
import org.vhostdp.spi.SpiVersion;
import org.vhostdp.spi.TxQueue;
import org.vhostdp.spi.Version;
import org.vhostdp.tck.harness.Faults;
import org.vhostdp.tck.harness.Harness;
import org.vhostdp.tck.harness.Trait;
import org.vhostdp.tck.harness.Wire;
import org.vhostdp.tck.harness.WireFrame;

/** Two ports of a driver that are joined; this is the far one. */
final class PairWire implements Wire {
  /** The key of a driver that can pull out the wire under its two ports. */
  private static final String PULL = "pull";

  private static final int ADDRESSES = 12;
  private static final int TAG = 4;
  private static final short TAGGED = (short) 0x8100;

  private final Driver far;
  private final Map<String, String> config;
  private final Map<String, String> farConfig;
  private final Harness.Request request;

  /** Null while the link is down. */
  private Port peer;

  private final int queues;

  /** Offloads that a frame of the far port's may use; what it lacks is done here. */
  private final int offloads;

  private final Burst burst = new Burst(64);
  private final Deque<WireFrame> seen = new ArrayDeque<>();
  private int nextQueue;

  /**
   * @param config of the port under test
   * @param farConfig of the far port, which is opened and started here
   */
  PairWire(
      Driver far,
      Map<String, String> config,
      Map<String, String> farConfig,
      Harness.Request request)
      throws Exception {
    this.far = far;
    this.config = config;
    this.farConfig = farConfig;
    this.request = request;
    queues = request.queuePairs();
    peer = open();
    offloads = peer.capabilities().txOffloads();
  }

  private Port open() throws DriverException {
    Port made = far.open(far.schema().check("the far end", farConfig), new PeerHost());
    try {
      made.configure(
          PortSettings.defaults()
              .withQueuePairs(queues)
              .withMtu(request.mtu())
              .withRxOffloads(made.capabilities().rxOffloads()));
      made.start();
      return made;
    } catch (DriverException | RuntimeException failed) {
      made.close();
      throw failed;
    }
  }

  @Override
  public Map<String, String> config() {
    return config;
  }

  @Override
  public void started() {
    // Both ends are in this process: nothing to wait for.
  }

  @Override
  public Set<Trait> traits() {
    Set<Trait> traits = EnumSet.allOf(Trait.class);
    if ((offloads & Offload.CSUM_PARTIAL) == 0) {
      traits.remove(Trait.OFFLOADS);
    }
    return traits;
  }

  @Override
  public synchronized boolean send(WireFrame wanted) {
    if (peer == null) {
      // A wire without a link loses what is put on it.
      return true;
    }
    boolean tags = wanted.flags() == Offload.VLAN && (offloads & Offload.VLAN) == 0;
    WireFrame frame = tags ? tagged(wanted) : wanted;
    TxQueue tx = peer.tx(nextQueue++ % queues);
    if (tx.claim(burst, 1) == 0) {
      return false;
    }
    byte[] bytes = frame.bytes();
    MemorySegment memory = peer.regions().get(burst.region[0]).segment();
    memory.asSlice(burst.offset[0], bytes.length).copyFrom(MemorySegment.ofArray(bytes));
    burst.length[0] = bytes.length;
    burst.flags[0] = frame.flags();
    burst.offload[0] = frame.offload();
    burst.vlan[0] = frame.vlan();
    if (tx.transmit(burst, 0, 1) == 1) {
      return true;
    }
    tx.unclaim(burst, 0, 1);
    return false;
  }

  /** The same frame with its tag among the bytes. */
  private static WireFrame tagged(WireFrame frame) {
    byte[] bytes = frame.bytes();
    ByteBuffer all = ByteBuffer.allocate(bytes.length + TAG);
    all.put(bytes, 0, ADDRESSES).putShort(TAGGED).putShort((short) frame.vlan());
    all.put(bytes, ADDRESSES, bytes.length - ADDRESSES);
    return WireFrame.plain(all.array());
  }

  @Override
  public synchronized Optional<WireFrame> receive(Duration limit) throws Exception {
    long end = System.nanoTime() + limit.toNanos();
    while (seen.isEmpty()) {
      collect();
      if (seen.isEmpty() && System.nanoTime() > end) {
        return Optional.empty();
      }
      if (seen.isEmpty()) {
        Thread.sleep(0, 20_000);
      }
    }
    return Optional.of(seen.poll());
  }

  private void collect() {
    for (int queue = 0; peer != null && queue < queues; queue++) {
      int entries = peer.rx(queue).receive(burst, burst.capacity());
      byte[] bytes = new byte[0];
      int head = 0;
      for (int i = 0; i < entries; i++) {
        byte[] part =
            peer.regions()
                .get(burst.region[i])
                .segment()
                .asSlice(burst.offset[i], burst.length[i])
                .toArray(ValueLayout.JAVA_BYTE);
        int before = i == head ? 0 : bytes.length;
        bytes = Arrays.copyOf(i == head ? part : bytes, before + part.length);
        System.arraycopy(part, 0, bytes, before, part.length);
        if ((burst.flags[i] & Offload.MORE) == 0) {
          seen.add(WireFrame.of(bytes, burst, head));
          head = i + 1;
        }
      }
      peer.rx(queue).release(burst, 0, entries);
    }
  }

  @Override
  public Optional<Faults> faults() {
    return Optional.of(
        new Faults() {
          @Override
          public boolean link(boolean up) throws Exception {
            return up ? connect() : disconnect();
          }

          @Override
          public boolean remove() throws Exception {
            return pull();
          }
        });
  }

  /** The link is up while both ports are open. */
  private synchronized boolean connect() throws DriverException {
    if (peer == null) {
      peer = open();
    }
    return true;
  }

  private synchronized boolean disconnect() {
    close();
    return true;
  }

  private synchronized boolean pull() throws DriverException {
    if (far.schema().keys().stream().noneMatch(key -> key.name().equals(PULL))) {
      return false;
    }
    Map<String, String> pulls = new HashMap<>(farConfig);
    pulls.put(PULL, "true");
    far.open(far.schema().check("the far end", pulls), new PeerHost()).close();
    return true;
  }

  @Override
  public synchronized void close() {
    if (peer != null) {
      peer.close();
      peer = null;
    }
  }

  /** The far end's host. */
  private static final class PeerHost implements Host {
    @Override
    public Version spiVersion() {
      return SpiVersion.CURRENT;
    }

    @Override
    public void log(System.Logger.Level level, String message) {
      // Nobody reads the far end's log.
    }
  }
}
