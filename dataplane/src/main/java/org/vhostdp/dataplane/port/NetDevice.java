package org.vhostdp.dataplane.port;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Arrays;
import java.util.List;
import org.vhostdp.dataplane.events.ControlChange;
import org.vhostdp.dataplane.events.ControlChange.Kind;
import org.vhostdp.dataplane.io.IoThread;
import org.vhostdp.dataplane.memory.GuestMemory;
import org.vhostdp.dataplane.net.Features;
import org.vhostdp.dataplane.net.QueueCounters;
import org.vhostdp.dataplane.steering.RssSetting;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.Port;

/**
 * The control state of one virtio network device: what a front-end set up, and which rings run. The
 * vhost-user session calls it message by message; it belongs to the port's control thread.
 *
 * <p>Anything that changes memory or settings under running rings detaches them first, with an
 * acknowledgement of the IO thread, and attaches them after ({@link RunningRings}).
 */
public final class NetDevice {
  private static final Logger LOG = System.getLogger(NetDevice.class.getName());

  private final DriverSide driver;
  private final RingAttachment rings;
  private final MemoryTable memory = new MemoryTable(this::change);
  private final ConfigSpace config;
  private final GuestCommands commands;
  private final Vring[] vrings;
  private final VringMessages messages;
  private final DriverChanges changes;
  private final long offered;
  private final Negotiation agreed;
  private final RunningRings running;

  /**
   * @param spec the port
   * @param port the driver's port, open; owned from here on
   * @param threads IO threads to spread queue pairs over
   * @param faults told, on an IO thread, what broke
   */
  public NetDevice(PortSpec spec, Port port, List<IoThread> threads, RingFaults faults)
      throws DriverException {
    this.agreed = new Negotiation(spec);
    int pairs = spec.queuePairs();
    this.vrings = new Vring[2 * pairs + 1];
    for (int i = 0; i < vrings.length; i++) {
      vrings[i] = new Vring(i);
    }
    this.driver = new DriverSide(spec, port, receiveCounters(pairs), this::wake);
    this.config = new ConfigSpace(spec);
    this.rings = new RingAttachment(driver, pairs, threads, faults);
    this.commands = new GuestCommands(this);
    this.running = new RunningRings(vrings, agreed, memory, driver, rings, commands);
    this.messages = new VringMessages(vrings, agreed, running, rings);
    this.changes = new DriverChanges(driver, running, rings, memory);
    this.offered = offer(spec);
    config.link(port.events().linkUp());
  }

  private QueueCounters[] receiveCounters(int pairs) {
    QueueCounters[] counters = new QueueCounters[pairs];
    for (int i = 0; i < pairs; i++) {
      counters[i] = vrings[2 * i].counters;
    }
    return counters;
  }

  private void wake(int pair) {
    rings.wake(pair);
  }

  /** The profile's features, whatever the driver; without those that need what is not there. */
  private static long offer(PortSpec spec) {
    long missing =
        (spec.queuePairs() > 1 ? 0 : Features.MQ | Features.RSS)
            | (spec.mac() != null ? 0 : Features.MAC)
            | (spec.mtu() != 0 ? 0 : Features.MTU);
    return spec.services().profile().features() & ~missing & spec.featureMask();
  }

  public PortSpec spec() {
    return driver.spec();
  }

  /** Feature bits on offer. */
  public long offered() {
    return offered;
  }

  /** Feature bits negotiated, 0 before. Any thread sees some recent value. */
  public long features() {
    return agreed.features();
  }

  boolean negotiated(long bits) {
    return agreed.has(bits);
  }

  public int queuePairs() {
    return spec().queuePairs();
  }

  ConfigSpace config() {
    return config;
  }

  /** The guest's memory, as the front-end names it. */
  public MemoryTable memory() {
    return memory;
  }

  // ---- negotiation -----------------------------------------------------------------------------

  /** SET_FEATURES. */
  public void setFeatures(long bits) throws Refusal {
    long unknown = bits & ~offered;
    if (unknown != 0) {
      throw new Refusal("features were set that were not offered: " + Features.names(unknown));
    }
    if (rings.any() && bits != agreed.features()) {
      throw new Refusal("features may not change while rings run");
    }
    agreed.features(bits);
    ControlChange.commit(spec().id(), Kind.FEATURES, Features.names(bits).toString());
    running.refresh();
  }

  // ---- memory ----------------------------------------------------------------------------------

  private void change(GuestMemory table) throws Refusal {
    running.detachAll();
    driver.memory(table);
    memory.set(table);
    ControlChange.commit(spec().id(), Kind.MEMORY_TABLE, table.count() + " regions");
    running.refresh();
  }

  // ---- rings -----------------------------------------------------------------------------------

  /** What a front-end says of rings. */
  public VringMessages rings() {
    return messages;
  }

  /** A ring that an IO thread took out of service. */
  public void ringBroken(int index, String why) {
    Vring ring = vrings[index];
    ring.fault = why;
    LOG.log(Level.WARNING, "{0}: ring {1} is out of service: {2}", spec().id(), index, why);
    try {
      running.detach(ring);
    } catch (Refusal e) {
      LOG.log(Level.WARNING, "{0}: {1}", spec().id(), e.getMessage());
    }
    rings.signalError(ring);
  }

  // ---- the control queue -----------------------------------------------------------------------

  private Vring controlRing() {
    return vrings[running.controlIndex()];
  }

  /** The control queue's kick descriptor, or -1 while it does not run here. */
  public int controlKick() {
    return rings.control() == null ? -1 : Vring.raw(controlRing().kick);
  }

  /** Reads away the control queue's kicks. */
  public void drainControlKick() {
    if (controlKick() < 0) {
      return;
    }
    Vring ring = controlRing();
    if (!rings.drain(ring.kick)) {
      // A pipe without a writer would be ready for ever.
      ring.kick.close();
      ring.kick = null;
    }
  }

  /** Answers the guest's commands. */
  public void serveControl() {
    if (rings.control() == null) {
      return;
    }
    int answered = rings.serveControl(controlRing());
    if (answered < 0) {
      ringBroken(running.controlIndex(), rings.control().ring().fault());
    }
  }

  /** VQ_PAIRS_SET of the guest. */
  boolean setPairs(int pairs) {
    return pairs >= 1 && pairs <= queuePairs() && steer(agreed.queues().withPairs(pairs));
  }

  /** RSS_CONFIG and HASH_CONFIG of the guest; nonsense was refused before. */
  boolean setScaling(RssSetting setting, boolean hashOnly) {
    GuestQueues queues = agreed.queues();
    return steer(hashOnly ? queues.withHashes(setting) : queues.withScaling(setting));
  }

  private boolean steer(GuestQueues next) {
    GuestQueues old = agreed.queues();
    agreed.queues(next);
    try {
      running.refresh();
      ControlChange.commit(spec().id(), Kind.RSS, describeSteering());
      return true;
    } catch (Refusal e) {
      LOG.log(Level.WARNING, "{0}: {1}", spec().id(), e.getMessage());
      agreed.queues(old);
      return false;
    }
  }

  /** How received frames find their queue, for operators. */
  public String describeSteering() {
    RssSetting now = agreed.queues().rss();
    if (now != null) {
      return "rss of the guest: " + now;
    }
    return spec().services().steering().policy();
  }

  /** GUEST_OFFLOADS_SET of the guest. */
  boolean setGuestOffloads(long bits) {
    if ((bits & ~agreed.features()) != 0) {
      return false;
    }
    int old = agreed.guestOffloads();
    agreed.guestOffloads(Features.rxOffloads(bits));
    try {
      running.detachAll();
      running.refresh();
      return true;
    } catch (Refusal e) {
      LOG.log(Level.WARNING, "{0}: {1}", spec().id(), e.getMessage());
      agreed.guestOffloads(old);
      return false;
    }
  }

  // ---- the driver ------------------------------------------------------------------------------

  /** What an operator or a failure changes of it. */
  public DriverChanges changes() {
    return changes;
  }

  /** Frames dropped so far because their queue was taken out of service. */
  public long dropped() {
    long frames = 0;
    for (Vring ring : vrings) {
      frames += ring.counters.get(QueueCounters.Name.DROPPED_STOPPED);
    }
    return frames;
  }

  /** Whether this side knows the guest's MAC address. */
  public boolean hasMac() {
    return !Arrays.equals(config.mac(), new byte[6]);
  }

  /** Tells the network where the guest's MAC address is now. */
  public void announce() throws Refusal {
    announce(config.mac());
  }

  /** NET_SET_MTU. */
  public void setMtu(long bytes) throws Refusal {
    if (bytes < 68 || bytes > 65535) {
      throw new Refusal("an MTU of " + bytes + " is outside 68 to 65535");
    }
    int old = agreed.mtu();
    agreed.mtu((int) bytes);
    try {
      // Asked now, even if no ring runs yet: the front-end is not to learn of it at a kick.
      driver.check(agreed.wishes(running.activePairs()));
      running.detachAll();
      running.refresh();
    } catch (DriverException e) {
      agreed.mtu(old);
      throw new Refusal("the driver refuses: " + e.getMessage(), e);
    } catch (Refusal e) {
      agreed.mtu(old);
      running.refresh();
      throw e;
    }
  }

  /** SEND_RARP: tells the network where this MAC address is now. */
  public void announce(byte[] mac) throws Refusal {
    RunningRings.acknowledged(() -> rings.transmitOnce(Rarp.announcing(mac)));
  }

  /** Sets the link's state for the guest; whether that changed it. */
  public boolean link(boolean up) {
    return config.link(up);
  }

  public boolean linkUp() {
    return config.linkUp();
  }

  /** Reads configuration space. */
  public byte[] readConfig(long offset, long size) throws Refusal {
    if (offset < 0 || size < 1 || offset + size > ConfigSpace.SIZE) {
      throw new Refusal("configuration space has " + ConfigSpace.SIZE + " bytes");
    }
    return config.read((int) offset, (int) size);
  }

  /** Asks the guest to announce itself; whether it can be asked. */
  public boolean askToAnnounce() {
    return agreed.has(Features.GUEST_ANNOUNCE) && config.announce(true);
  }

  // ---- the end ---------------------------------------------------------------------------------

  /** RESET_OWNER: disables every ring, forgets nothing. */
  public void disableRings() throws Refusal {
    for (Vring ring : vrings) {
      ring.enabled = false;
    }
    running.detachAll();
    driver.rest();
  }

  /** RESET_DEVICE, and the end of a session: back to the state before negotiation. */
  public void reset() throws Refusal {
    running.detachAll();
    driver.rest();
    for (Vring ring : vrings) {
      ring.reset();
    }
    agreed.reset();
    config.announce(false);
    config.mac(spec().mac() == null ? new byte[6] : spec().mac());
    commands.reset();
  }

  /** The end of a session: reset, and the guest's memory is let go. */
  public void disconnected() throws Refusal {
    reset();
    driver.reclaim();
    memory.forget();
  }

  /** Ends the device and closes the driver's port. */
  public void close() throws Refusal {
    try {
      disconnected();
    } catch (IllegalStateException e) {
      // A driver that keeps lent memory: the mapping stays, its port is closed all the same.
      LOG.log(Level.ERROR, spec().id() + ": guest memory is not let go", e);
    }
    driver.close();
  }

  /** State for operators. Any thread; a moment's view. */
  public DeviceStatus status() {
    return DeviceStatus.of(this, vrings);
  }
}
