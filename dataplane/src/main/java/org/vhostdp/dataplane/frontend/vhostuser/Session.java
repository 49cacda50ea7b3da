package org.vhostdp.dataplane.frontend.vhostuser;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.vhostdp.dataplane.memory.GuestMemory;
import org.vhostdp.dataplane.memory.MemoryRefused;
import org.vhostdp.dataplane.memory.MemoryRegion;
import org.vhostdp.dataplane.port.NetDevice;
import org.vhostdp.dataplane.port.Refusal;
import org.vhostdp.linux.Fd;
import org.vhostdp.linux.Io;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.linux.UnixSocket;

/** One front-end's connection: messages in, the device's state changed, answers out. */
final class Session implements AutoCloseable {
  private static final Logger LOG = System.getLogger(Session.class.getName());

  private final UnixSocket socket;
  private final NetDevice device;
  private final long protocolOffer;
  private final Arena arena = Arena.ofShared();
  private final Message message;
  private final RepeatedRegions repeated = new RepeatedRegions();
  private long protocol;
  private UnixSocket backChannel;
  private int status;

  /**
   * @param socket the connection; closed with the session
   * @param device the port's device, reset before and after
   * @param protocolOffer protocol feature bits to offer
   */
  Session(UnixSocket socket, NetDevice device, long protocolOffer) {
    this.socket = socket;
    this.device = device;
    this.protocolOffer = protocolOffer;
    this.message = new Message(socket, arena);
  }

  UnixSocket socket() {
    return socket;
  }

  /**
   * Reads and carries out one message.
   *
   * @return false when the session is over
   */
  boolean serveOne() {
    try {
      if (!message.read()) {
        return false;
      }
      return carryOut();
    } catch (Message.Broken e) {
      LOG.log(Level.WARNING, "{0}: the session ends: {1}", device.spec().id(), e.getMessage());
      return false;
    } catch (LinuxException e) {
      LOG.log(Level.INFO, "{0}: the front-end is gone: {1}", device.spec().id(), e.getMessage());
      return false;
    } finally {
      message.closeFds();
    }
  }

  private boolean carryOut() throws LinuxException {
    int number = message.request();
    boolean needsReply = message.needsReply();
    try {
      Request request = Request.of(number);
      if (request == null) {
        throw new Refusal("message type " + number + " is unknown");
      }
      checkShape(request);
      boolean replied = dispatch(request);
      // Asked after the request: the one that negotiates answers may want one itself.
      if (!replied && needsReply && answers()) {
        message.reply(0);
      }
      return true;
    } catch (Refusal e) {
      LOG.log(Level.WARNING, "{0}: refused: {1}", device.spec().id(), e.getMessage());
      if (needsReply && answers()) {
        message.reply(1);
        return true;
      }
      // A front-end that asked for no answer would go on as if it had been heard.
      return false;
    }
  }

  private boolean answers() {
    return (protocol & Protocol.REPLY_ACK) != 0;
  }

  private void checkShape(Request request) throws Refusal {
    int size = message.size();
    if (size < request.size || size > request.most) {
      throw new Refusal(request + " has " + size + " bytes of payload, not " + request.size);
    }
    int fds = message.fdCount();
    if (message.fdsTruncated()) {
      throw new Refusal(
          request
              + " lost descriptors on the way: too many in one message, or this process may open no"
              + " more files (ulimit -n)");
    }
    if (fds > request.fds || request.fdsNeeded && fds != request.fds) {
      throw new Refusal(request + " came with " + fds + " descriptors, not " + request.fds);
    }
  }

  /** Carries out a request; whether it has been answered. */
  private boolean dispatch(Request request) throws Refusal, LinuxException {
    switch (request) {
      case GET_FEATURES -> message.reply(device.offered());
      case GET_PROTOCOL_FEATURES -> message.reply(protocolOffer);
      case GET_QUEUE_NUM -> message.reply(device.queuePairs());
      case GET_MAX_MEM_SLOTS -> message.reply(Protocol.MAX_REGIONS);
      case GET_STATUS -> message.reply(status);
      case GET_VRING_BASE ->
          message.replyState(message.intAt(0), device.rings().stopRing(message.uintAt(0)));
      case GET_CONFIG -> getConfig();
      default -> {
        change(request);
        return false;
      }
    }
    return true;
  }

  private void change(Request request) throws Refusal, LinuxException {
    switch (request) {
      case SET_FEATURES -> device.setFeatures(message.longAt(0));
      case SET_PROTOCOL_FEATURES -> setProtocolFeatures(message.longAt(0));
      case SET_OWNER -> LOG.log(Level.DEBUG, "{0}: owner set", device.spec().id());
      case RESET_OWNER -> device.disableRings();
      case RESET_DEVICE -> device.reset();
      case SET_STATUS -> status = message.intAt(0) & 0xFF;
      case SET_MEM_TABLE -> setMemoryTable();
      case ADD_MEM_REG -> addRegion();
      case REM_MEM_REG -> removeRegion();
      case SEND_RARP -> device.announce(Arrays.copyOf(message.bytesAt(0, 8), 6));
      case NET_SET_MTU -> device.setMtu(message.longAt(0));
      case SET_BACKEND_REQ_FD -> setBackChannel();
      case SET_CONFIG -> throw new Refusal("configuration space is read-only");
      default -> changeRing(request);
    }
  }

  private void changeRing(Request request) throws Refusal {
    long index = message.uintAt(0);
    switch (request) {
      case SET_VRING_NUM -> device.rings().setSize(index, message.uintAt(4));
      case SET_VRING_BASE -> device.rings().setBase(index, message.uintAt(4));
      case SET_VRING_ENABLE -> device.rings().setEnabled(index, message.intAt(4) != 0);
      case SET_VRING_ADDR ->
          device
              .rings()
              .setAddresses(index, message.longAt(8), message.longAt(24), message.longAt(16));
      case SET_VRING_KICK -> device.rings().setKick(message.longAt(0) & 0xFF, ringFd(request));
      case SET_VRING_CALL -> device.rings().setCall(message.longAt(0) & 0xFF, ringFd(request));
      case SET_VRING_ERR -> device.rings().setErr(message.longAt(0) & 0xFF, ringFd(request));
      default -> throw new Refusal(request + " is not carried out here");
    }
  }

  /** The descriptor of a KICK, CALL or ERR message; null if its word says that none comes. */
  private Fd ringFd(Request request) throws Refusal {
    boolean none = (message.longAt(0) & Protocol.NO_FD) != 0;
    if (none != (message.fdCount() == 0)) {
      throw new Refusal(
          request + (none ? " says no descriptor comes, but one did" : " lacks its descriptor"));
    }
    return none ? null : nonBlocking(message.takeFd(0));
  }

  /** Whatever the front-end sent: no thread here may wait for it. */
  private static Fd nonBlocking(Fd fd) throws Refusal {
    try {
      Io.setNonBlocking(fd.raw(), true);
      return fd;
    } catch (LinuxException e) {
      fd.close();
      throw new Refusal(e.getMessage(), e);
    }
  }

  private void setProtocolFeatures(long bits) throws Refusal {
    if ((bits & ~protocolOffer) != 0) {
      throw new Refusal(
          "protocol features were set that were not offered: 0x"
              + Long.toHexString(bits & ~protocolOffer));
    }
    protocol = bits;
  }

  private void setMemoryTable() throws Refusal {
    int count = message.intAt(0);
    if (count < 0 || count > 8 || message.size() < 8 + 32 * count) {
      throw new Refusal(
          "SET_MEM_TABLE names " + count + " regions in " + message.size() + " bytes");
    }
    if (message.fdCount() != count) {
      throw new Refusal(
          "SET_MEM_TABLE names "
              + count
              + " regions but came with "
              + message.fdCount()
              + " descriptors");
    }
    List<MemoryRegion> regions = new ArrayList<>();
    boolean taken = false;
    try {
      for (int i = 0; i < count; i++) {
        regions.add(map(8 + 32 * i, i));
      }
      GuestMemory table = GuestMemory.of(regions);
      taken = true;
      repeated.clear();
      device.memory().replace(table);
    } catch (MemoryRefused e) {
      throw new Refusal(e.getMessage(), e);
    } finally {
      if (!taken) {
        regions.forEach(MemoryRegion::unmap);
      }
    }
  }

  private MemoryRegion map(int at, int fd) throws MemoryRefused {
    try (Fd file = message.takeFd(fd)) {
      return MemoryRegion.map(
          message.longAt(at),
          message.longAt(at + 8),
          message.longAt(at + 16),
          file,
          message.longAt(at + 24));
    } catch (LinuxException e) {
      throw new MemoryRefused(e.getMessage());
    }
  }

  private void addRegion() throws Refusal {
    RepeatedRegions.Name name = regionName();
    if (device.memory().has(name.guest(), name.size(), name.user())) {
      if (!repeated.added(name)) {
        throw new Refusal("too many memory regions were added more than once");
      }
      return;
    }
    if (device.memory().now().count() >= Protocol.MAX_REGIONS) {
      throw new Refusal("there are " + Protocol.MAX_REGIONS + " memory regions already");
    }
    try {
      device.memory().add(map(8, 0));
    } catch (MemoryRefused e) {
      throw new Refusal(e.getMessage(), e);
    }
  }

  private void removeRegion() throws Refusal {
    RepeatedRegions.Name name = regionName();
    boolean there = device.memory().has(name.guest(), name.size(), name.user());
    if (there || !repeated.removed(name)) {
      device.memory().remove(name.guest(), name.size(), name.user());
    }
  }

  private RepeatedRegions.Name regionName() {
    return new RepeatedRegions.Name(message.longAt(8), message.longAt(16), message.longAt(24));
  }

  private void setBackChannel() throws LinuxException {
    closeBackChannel();
    backChannel = UnixSocket.adopt(message.takeFd(0));
    // A front-end that does not read must not stop this thread.
    Io.setNonBlocking(backChannel.fd().raw(), true);
  }

  private void getConfig() throws LinuxException {
    try {
      long size = message.uintAt(4);
      if (message.size() != 12 + size) {
        throw new Refusal("GET_CONFIG asks for " + size + " bytes with no room for them");
      }
      message.replyConfig(device.readConfig(message.uintAt(0), size));
    } catch (Refusal e) {
      LOG.log(Level.WARNING, "{0}: refused: {1}", device.spec().id(), e.getMessage());
      message.replyNothing();
    }
  }

  /** Tells the front-end that configuration space has changed, if it listens. */
  void configChanged() {
    if (backChannel == null || (protocol & Protocol.CONFIG) == 0) {
      return;
    }
    try (Arena once = Arena.ofConfined()) {
      Message.sendEmpty(backChannel, Protocol.BACKEND_CONFIG_CHANGE, once);
    } catch (LinuxException e) {
      LOG.log(Level.INFO, "{0}: not told of a change: {1}", device.spec().id(), e.getMessage());
      closeBackChannel();
    }
  }

  private void closeBackChannel() {
    if (backChannel != null) {
      backChannel.close();
      backChannel = null;
    }
  }

  @Override
  public void close() {
    closeBackChannel();
    socket.close();
    arena.close();
  }
}
