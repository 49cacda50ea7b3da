package org.vhostdp.dataplane.port;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.vhostdp.dataplane.events.ControlChange;
import org.vhostdp.dataplane.events.ControlChange.Kind;
import org.vhostdp.dataplane.io.IoStuck;
import org.vhostdp.dataplane.io.IoThread;
import org.vhostdp.dataplane.memory.GuestMemory;
import org.vhostdp.dataplane.net.Features;
import org.vhostdp.dataplane.net.QueueCounters;
import org.vhostdp.dataplane.steering.RssSetting;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.Port;

/**
 * The control state of one virtio network device: what a front-end set up, and which rings run. The
 * vhost-user session calls it message by message; it belongs to the port's control thread.
 *
 * <p>A ring runs when it was started, enabled, addressed and memory is there; {@link #refresh()}
 * attaches and detaches until that is so. Anything that changes memory or settings under running
 * rings detaches them first, with an acknowledgement of the IO thread, and attaches them after.
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

  private long features;
  private boolean featuresSet;
  private int guestOffloads = -1;
  private GuestQueues queues = GuestQueues.FIRST;
  private int mtu;

  /**
   * @param spec the port
   * @param port the driver's port, open; owned from here on
   * @param threads IO threads to spread queue pairs over
   * @param faults told, on an IO thread, what broke
   */
  public NetDevice(PortSpec spec, Port port, List<IoThread> threads, RingFaults faults)
      throws DriverException {
    this.mtu = spec.effectiveMtu();
    int pairs = spec.queuePairs();
    this.vrings = new Vring[2 * pairs + 1];
    for (int i = 0; i < vrings.length; i++) {
      vrings[i] = new Vring(i);
    }
    this.driver = new DriverSide(spec, port, receiveCounters(pairs), this::wake);
    this.config = new ConfigSpace(spec);
    this.rings = new RingAttachment(driver, pairs, threads, faults);
    this.commands = new GuestCommands(this);
    this.messages = new VringMessages(this, vrings, rings);
    this.changes = new DriverChanges(this, driver, rings, memory);
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
    return features;
  }

  boolean negotiated(long bits) {
    return (features & bits) == bits;
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
    if (rings.any() && bits != features) {
      throw new Refusal("features may not change while rings run");
    }
    features = bits;
    featuresSet = true;
    guestOffloads = -1;
    queues = new GuestQueues(queues.pairs(), null, null);
    ControlChange.commit(spec().id(), Kind.FEATURES, Features.names(bits).toString());
    refresh();
  }

  /** Offloads the guest takes now: as negotiated, or as it has changed them by command. */
  private int rxOffloads() {
    int negotiated = Features.rxOffloads(features);
    return guestOffloads < 0 ? negotiated : negotiated & guestOffloads;
  }

  // ---- memory ----------------------------------------------------------------------------------

  private void change(GuestMemory table) throws Refusal {
    detachAll();
    driver.memory(table);
    memory.set(table);
    ControlChange.commit(spec().id(), Kind.MEMORY_TABLE, table.count() + " regions");
    refresh();
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
      detach(ring);
    } catch (Refusal e) {
      LOG.log(Level.WARNING, "{0}: {1}", spec().id(), e.getMessage());
    }
    rings.signalError(ring);
  }

  // ---- the control queue -----------------------------------------------------------------------

  /** Index of the control queue (virtio 1.3, 5.1.2). */
  private int controlIndex() {
    return (features & (Features.MQ | Features.RSS)) != 0 ? 2 * queuePairs() : 2;
  }

  boolean isControl(Vring ring) {
    return (features & Features.CTRL_VQ) != 0 && ring.index == controlIndex();
  }

  /** The control queue's kick descriptor, or -1 while it does not run here. */
  public int controlKick() {
    return rings.control() == null ? -1 : Vring.raw(vrings[controlIndex()].kick);
  }

  /** Reads away the control queue's kicks. */
  public void drainControlKick() {
    if (controlKick() < 0) {
      return;
    }
    Vring ring = vrings[controlIndex()];
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
    int answered = rings.serveControl(vrings[controlIndex()]);
    if (answered < 0) {
      ringBroken(controlIndex(), rings.control().ring().fault());
    }
  }

  /** VQ_PAIRS_SET of the guest. */
  boolean setPairs(int pairs) {
    return pairs >= 1 && pairs <= queuePairs() && steer(queues.withPairs(pairs));
  }

  /** RSS_CONFIG and HASH_CONFIG of the guest; nonsense was refused before. */
  boolean setScaling(RssSetting setting, boolean hashOnly) {
    return steer(hashOnly ? queues.withHashes(setting) : queues.withScaling(setting));
  }

  private boolean steer(GuestQueues next) {
    GuestQueues old = queues;
    queues = next;
    try {
      refresh();
      ControlChange.commit(spec().id(), Kind.RSS, describeSteering());
      return true;
    } catch (Refusal e) {
      LOG.log(Level.WARNING, "{0}: {1}", spec().id(), e.getMessage());
      queues = old;
      return false;
    }
  }

  /** How received frames find their queue, for operators. */
  public String describeSteering() {
    RssSetting now = queues.rss();
    if (now != null) {
      return "rss of the guest: " + now;
    }
    return spec().services().steering().policy();
  }

  /** GUEST_OFFLOADS_SET of the guest. */
  boolean setGuestOffloads(long bits) {
    if ((bits & ~features) != 0) {
      return false;
    }
    int old = guestOffloads;
    guestOffloads = Features.rxOffloads(bits);
    try {
      detachAll();
      refresh();
      return true;
    } catch (Refusal e) {
      LOG.log(Level.WARNING, "{0}: {1}", spec().id(), e.getMessage());
      guestOffloads = old;
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
    int old = mtu;
    mtu = (int) bytes;
    try {
      // Asked now, even if no ring runs yet: the front-end is not to learn of it at a kick.
      driver.check(wishes());
      detachAll();
      refresh();
    } catch (DriverException e) {
      mtu = old;
      throw new Refusal("the driver refuses: " + e.getMessage(), e);
    } catch (Refusal e) {
      mtu = old;
      refresh();
      throw e;
    }
  }

  /** SEND_RARP: tells the network where this MAC address is now. */
  public void announce(byte[] mac) throws Refusal {
    stuck(() -> rings.transmitOnce(Rarp.announcing(mac)));
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
    return (features & Features.GUEST_ANNOUNCE) != 0 && config.announce(true);
  }

  // ---- refresh ---------------------------------------------------------------------------------

  private int activePairs() {
    if (rings.control() != null && (features & (Features.MQ | Features.RSS)) != 0) {
      return queues.pairs();
    }
    int active = 0;
    while (active < queuePairs() && vrings[2 * active].ready(enableNeeded())) {
      active++;
    }
    return Math.max(1, active);
  }

  private boolean enableNeeded() {
    return (features & Features.PROTOCOL_FEATURES) != 0;
  }

  /** Attaches and detaches until what runs is what should run. */
  void refresh() throws Refusal {
    boolean possible = featuresSet && memory.now().count() > 0;
    Vring control = vrings[controlIndex()];
    boolean controlRuns = possible && isControl(control) && control.ready(enableNeeded());
    if (controlRuns && !control.attached) {
      rings.attachControl(control, this, commands);
    }
    List<Vring> wanted = new ArrayList<>();
    int active = activePairs();
    for (Vring ring : vrings) {
      boolean data = ring.index < 2 * queuePairs() && !isControl(ring);
      boolean wants = data && ring.pair() < active && ring.ready(enableNeeded());
      if (possible && wants && driver.backEnd() != null) {
        wanted.add(ring);
      } else if (ring.attached && !(controlRuns && ring == control)) {
        detach(ring);
      }
    }
    try {
      drive(wanted);
    } catch (DriverException | LinuxException e) {
      throw new Refusal("the driver refuses: " + e.getMessage(), e);
    }
  }

  private void drive(List<Vring> wanted) throws DriverException, LinuxException, Refusal {
    if (wanted.isEmpty()) {
      if (!rings.any()) {
        driver.rest();
      }
      return;
    }
    GuestWishes wishes = wishes();
    if (driver.disturbs(wishes)) {
      detachData();
    }
    driver.run(wishes);
    if (!rings.any()) {
      rings.arrange(driver.together());
    }
    for (Vring ring : wanted) {
      if (!ring.attached) {
        rings.attach(ring, this);
      }
    }
  }

  private GuestWishes wishes() {
    return new GuestWishes(
        features, rxOffloads(), activePairs(), queues.rss(), queues.hashes(), mtu);
  }

  // ---- the end ---------------------------------------------------------------------------------

  void detach(Vring ring) throws Refusal {
    if (ring.attached) {
      if (isControl(ring)) {
        rings.detachControl(ring);
      } else {
        stuck(() -> rings.detach(ring));
      }
    }
  }

  private void detachAll() throws Refusal {
    for (Vring ring : vrings) {
      detach(ring);
    }
  }

  void detachData() throws Refusal {
    for (Vring ring : vrings) {
      if (!isControl(ring)) {
        detach(ring);
      }
    }
  }

  interface IoCall {
    void run() throws IoStuck;
  }

  static void stuck(IoCall call) throws Refusal {
    try {
      call.run();
    } catch (IoStuck e) {
      throw new Refusal(e.getMessage(), e);
    }
  }

  /** RESET_OWNER: disables every ring, forgets nothing. */
  public void disableRings() throws Refusal {
    for (Vring ring : vrings) {
      ring.enabled = false;
    }
    detachAll();
    driver.rest();
  }

  /** RESET_DEVICE, and the end of a session: back to the state before negotiation. */
  public void reset() throws Refusal {
    detachAll();
    driver.rest();
    for (Vring ring : vrings) {
      ring.reset();
    }
    features = 0;
    featuresSet = false;
    guestOffloads = -1;
    queues = GuestQueues.FIRST;
    mtu = spec().effectiveMtu();
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
