package org.vhostdp.dataplane.port;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import org.vhostdp.dataplane.net.ControlQueue;
import org.vhostdp.dataplane.net.Features;
import org.vhostdp.dataplane.steering.RssSetting;
import org.vhostdp.dataplane.steering.SteeringRefused;

/**
 * The commands of the control queue (virtio 1.3, 5.1.6.5). Numbers and lengths are checked; what is
 * refused changes nothing.
 *
 * <p>Receive modes and filters are kept as the guest set them. A device may deliver more than they
 * ask for (5.1.6.5.1), and this one does: the guest's stack filters.
 */
final class GuestCommands implements ControlQueue.Handler {
  private static final Logger LOG = System.getLogger(GuestCommands.class.getName());

  private static final int RX = 0;
  private static final int MAC = 1;
  private static final int VLAN = 2;
  private static final int ANNOUNCE = 3;
  private static final int MQ = 4;
  private static final int GUEST_OFFLOADS = 5;

  private static final int PAIRS = 0;
  private static final int RSS = 1;
  private static final int HASHES = 2;

  private static final int RX_MODES = 6;
  private static final int MAC_TABLE_SET = 0;
  private static final int MAC_ADDR_SET = 1;
  private static final int MAX_MACS = 1024;

  private final NetDevice device;
  private final Set<Integer> vlans = new TreeSet<>();
  private int rxModes;
  private int unicastMacs;
  private int multicastMacs;

  GuestCommands(NetDevice device) {
    this.device = device;
  }

  /** Forgets modes and filters, as a device reset does. */
  void reset() {
    vlans.clear();
    rxModes = 0;
    unicastMacs = 0;
    multicastMacs = 0;
  }

  @Override
  public boolean handle(int commandClass, int command, byte[] data) {
    ByteBuffer in = ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN);
    return switch (commandClass) {
      case RX -> rxMode(command, data);
      case MAC -> command == MAC_ADDR_SET ? setMac(data) : command == MAC_TABLE_SET && macTable(in);
      case VLAN -> data.length == 2 && vlan(command, in.getShort() & 0xFFFF);
      case ANNOUNCE -> command == 0 && data.length == 0 && announced();
      case MQ -> multiqueue(command, data, in);
      case GUEST_OFFLOADS ->
          command == 0 && data.length == 8 && device.setGuestOffloads(in.getLong());
      default -> false;
    };
  }

  private boolean multiqueue(int command, byte[] data, ByteBuffer in) {
    return switch (command) {
      case PAIRS -> data.length == 2 && device.setPairs(in.getShort() & 0xFFFF);
      case RSS -> device.negotiated(Features.RSS) && scaling(data, false);
      case HASHES -> device.negotiated(Features.HASH_REPORT) && scaling(data, true);
      default -> false;
    };
  }

  private boolean scaling(byte[] data, boolean hashOnly) {
    try {
      return device.setScaling(RssSetting.parse(data, device.queuePairs(), hashOnly), hashOnly);
    } catch (SteeringRefused e) {
      LOG.log(Level.INFO, "{0}: refused of the guest: {1}", device.spec().id(), e.getMessage());
      return false;
    }
  }

  private boolean rxMode(int mode, byte[] data) {
    if (mode >= RX_MODES || data.length != 1 || data[0] < 0 || data[0] > 1) {
      return false;
    }
    rxModes = data[0] == 1 ? rxModes | 1 << mode : rxModes & ~(1 << mode);
    return true;
  }

  private boolean setMac(byte[] mac) {
    if (mac.length != 6 || (mac[0] & 1) != 0 || Arrays.equals(mac, new byte[6])) {
      return false;
    }
    device.config().mac(mac);
    return true;
  }

  /** Two tables, each a 32-bit count and so many addresses. */
  private boolean macTable(ByteBuffer in) {
    int unicast = skipTable(in);
    int multicast = unicast < 0 ? -1 : skipTable(in);
    if (multicast < 0 || in.hasRemaining()) {
      return false;
    }
    unicastMacs = unicast;
    multicastMacs = multicast;
    return true;
  }

  private static int skipTable(ByteBuffer in) {
    if (in.remaining() < 4) {
      return -1;
    }
    int entries = in.getInt();
    if (entries < 0 || entries > MAX_MACS || entries > in.remaining() / 6) {
      return -1;
    }
    in.position(in.position() + 6 * entries);
    return entries;
  }

  private boolean vlan(int command, int id) {
    if (id > 4095 || command > 1) {
      return false;
    }
    if (command == 0) {
      vlans.add(id);
    } else {
      vlans.remove(id);
    }
    return true;
  }

  private boolean announced() {
    device.config().announce(false);
    return true;
  }

  /** The guest's filters, for operators. */
  String describe() {
    return "rx modes 0x%x, %d unicast and %d multicast addresses, %d vlans"
        .formatted(rxModes, unicastMacs, multicastMacs, vlans.size());
  }
}
