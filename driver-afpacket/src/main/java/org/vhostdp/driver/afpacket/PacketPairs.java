package org.vhostdp.driver.afpacket;

import java.util.ArrayList;
import java.util.List;
import org.vhostdp.driver.afpacket.generated.Packet;
import org.vhostdp.linux.Errno;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.netdevice.Gate;
import org.vhostdp.netdevice.Outgoing;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.Region;

/** The queue pairs of a port, and the group that their sockets make. Control threads only. */
final class PacketPairs implements AutoCloseable {
  /** Steps of a millisecond to wait for frames that the kernel is still sending. */
  private static final int PATIENCE = 200;

  private final PacketDevice device;
  private final List<PacketPair> pairs = new ArrayList<>();
  private List<Region> regions = List.of();

  private PacketPairs(PacketDevice device) {
    this.device = device;
  }

  /**
   * Makes pairs without sockets.
   *
   * @param traffic the counters of each pair since the port was opened
   * @throws DriverException if memory or descriptors run out; nothing is left
   */
  static PacketPairs of(
      PacketDevice device,
      Gate gate,
      List<PacketTraffic> traffic,
      Outgoing outgoing,
      int count,
      int mtu)
      throws DriverException {
    PacketPairs made = new PacketPairs(device);
    try {
      for (int i = 0; i < count; i++) {
        int region = i * PacketPair.regions(device);
        made.pairs.add(PacketPair.of(device, gate, traffic.get(i), outgoing, region, mtu));
      }
      return made;
    } catch (LinuxException | DriverException e) {
      made.close();
      throw PacketErrors.driverException(e);
    }
  }

  List<PacketPair> pairs() {
    return pairs;
  }

  List<Region> regions() {
    return regions;
  }

  /** The socket that the interface's settings hang on. */
  RingSocket first() {
    return pairs.getFirst().receiver();
  }

  /** Opens all sockets; or none, if one fails. */
  void open() throws DriverException {
    boolean done = false;
    try {
      device.in(this::openAll);
      List<Region> all = new ArrayList<>();
      pairs.forEach(pair -> all.addAll(pair.regions()));
      regions = List.copyOf(all);
      done = true;
    } finally {
      if (!done) {
        shut();
      }
    }
  }

  private Void openAll() throws DriverException {
    PacketFilter filter = device.options().filter();
    if (pairs.size() == 1) {
      pairs.getFirst().open(filter);
      return null;
    }
    // Until the group is complete nobody receives: a socket outside it would get every frame.
    for (PacketPair pair : pairs) {
      pair.open(PacketFilter.NOTHING);
    }
    // A group does not heed what its sockets were told about frames of this host's own.
    boolean deaf = join(Packet.PACKET_FANOUT_FLAG_IGNORE_OUTGOING());
    if (!deaf) {
      join(0);
    }
    if (device.program() >= 0) {
      steer(device.program());
    }
    for (PacketPair pair : pairs) {
      pair.receiver().filter(deaf ? filter : PacketFilter.incoming(filter));
    }
    return null;
  }

  /**
   * Makes a group that nobody else can be in, of a number that the kernel chooses.
   *
   * @return false if the kernel does not know the flag; 0 it knows
   */
  private boolean join(int flag) throws DriverException {
    int type = (device.options().fanout().type() | flag) << 16;
    int unique = Packet.PACKET_FANOUT_FLAG_UNIQUEID() << 16;
    int id = 0;
    for (int i = 0; i < pairs.size(); i++) {
      RingSocket socket = pairs.get(i).receiver();
      int result = socket.trySet(Packet.PACKET_FANOUT(), i == 0 ? type | unique : type | id);
      if (result == -Errno.EINVAL && i == 0 && flag != 0) {
        return false;
      }
      if (result < 0) {
        throw PacketErrors.of(
            "setsockopt PACKET_FANOUT",
            device.name(),
            -result,
            device.link().up()
                ? "Several queues need Linux 4.12 or newer."
                : "Set the interface up first: this kernel makes no group on one that is down.");
      }
      if (i == 0) {
        id = socket.get("PACKET_FANOUT", Packet.PACKET_FANOUT()) & 0xFFFF;
      }
    }
    return true;
  }

  /** Lets a program choose the queue. */
  void steer(int program) throws DriverException {
    int result = first().trySet(Packet.PACKET_FANOUT_DATA(), program);
    if (result < 0) {
      throw PacketErrors.of(
          "setsockopt PACKET_FANOUT_DATA",
          device.name(),
          -result,
          "It takes an eBPF program of type socket filter (bpftool prog load FILE PATH type"
              + " socket).");
    }
  }

  /** Adds what the kernel dropped. */
  void count() {
    pairs.forEach(PacketPair::count);
  }

  /** Closes the sockets, once the kernel has sent what it had taken, or does not get on. */
  void shut() {
    boolean interrupted = false;
    for (int i = 0; i < PATIENCE && pairs.stream().anyMatch(PacketPair::isSending); i++) {
      try {
        Thread.sleep(1);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    regions = List.of();
    pairs.forEach(PacketPair::shut);
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    pairs.forEach(PacketPair::close);
  }
}
