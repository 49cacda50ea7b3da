package org.vhostdp.guest.machine;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Boots the distribution's kernel in QEMU, without a disk: its root is this machine's file system,
 * read-only, over 9p. QEMU emulates the processor unless {@code VHOSTDP_GUEST_ACCEL} names another
 * accelerator, such as {@code kvm}.
 */
public final class QemuGuest {
  private static final String QEMU = "qemu-system-x86_64";
  private static final String NINE_P = "virtio-9p-pci";

  private QemuGuest() {}

  /** A sentence saying why such a guest cannot start here, or empty. */
  public static Optional<String> unavailable() {
    if (!System.getProperty("os.arch").equals("amd64")) {
      return Optional.of("QEMU guests are prepared for x86-64 machines only.");
    }
    Optional<String> missing =
        Tools.missing("A QEMU guest", Tools.OF_ANY_GUEST + " " + QEMU + "=qemu-system-x86");
    return missing
        .or(
            () ->
                hasNineP()
                    ? Optional.empty()
                    : Optional.of(
                        "This QEMU was built without 9p (no device "
                            + NINE_P
                            + "), so the guest has no root"
                            + " file system; install the distribution's qemu-system-x86."))
        .or(GuestKernel::unavailable);
  }

  private static boolean hasNineP() {
    try {
      Process process =
          new ProcessBuilder(QEMU, "-device", "help").redirectErrorStream(true).start();
      String devices = new String(process.getInputStream().readAllBytes());
      return process.waitFor(10, TimeUnit.SECONDS) && devices.contains(NINE_P);
    } catch (IOException failure) {
      return false;
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /**
   * As {@link #start(GuestSpec, Consumer)}, with the kernel's preparation on the log.
   *
   * @throws IOException as there
   */
  public static GuestMachine start(GuestSpec spec) throws IOException, InterruptedException {
    System.Logger log = System.getLogger(QemuGuest.class.getName());
    return start(spec, line -> log.log(System.Logger.Level.INFO, line));
  }

  /**
   * Boots a guest and waits until it runs commands, after preparing its kernel if that was not done
   * before.
   *
   * @param progress gets a line for each step of the preparation
   * @throws IOException if something is missing, a back-end cannot be reached, or the guest ended
   *     or took too long; the message holds the console's last lines
   */
  public static GuestMachine start(GuestSpec spec, Consumer<String> progress)
      throws IOException, InterruptedException {
    Optional<String> reason = unavailable();
    if (reason.isPresent()) {
      throw new IOException(reason.get());
    }
    GuestKernel kernel = GuestKernel.prepare(progress);
    for (GuestNic nic : spec.nics()) {
      GuestFolder.requireUsable(nic.socket());
    }
    String token = UUID.randomUUID().toString();
    GuestFolder folder = GuestFolder.in(spec.workDir());
    String modules = "/run/host" + kernel.modules();
    Path init =
        folder.writeInit(
            new GuestFolder.Settings(
                token, "/dev/vport0p1", "/dev/vport0p2", modules, false, spec.shares()));
    return BootedGuest.boot(
        "The QEMU guest", folder, token, spec, command(spec, kernel, init), Map.of());
  }

  private static List<String> command(GuestSpec spec, GuestKernel kernel, Path init) {
    List<String> command = new ArrayList<>();
    String accelerator = accelerator(spec);
    boolean emulated = accelerator.startsWith("tcg");
    if (spec.network() != null) {
      String script = "set -e\nip link set lo up\n" + spec.network() + "\nexec \"$@\"";
      command.addAll(List.of("unshare", "--net", "bash", "-c", script, "network"));
    }
    command.addAll(List.of(QEMU, "-accel", accelerator, "-cpu", "max"));
    command.addAll(List.of("-M", "q35,memory-backend=ram", "-smp", "" + spec.vcpus()));
    command.addAll(List.of("-m", spec.memoryMiB() + "M", "-object", memory(spec)));
    command.addAll(List.of("-nodefaults", "-no-user-config", "-display", "none"));
    if (!spec.rebootable()) {
      command.add("-no-reboot");
    }
    command.addAll(List.of("-kernel", "" + kernel.kernel(), "-initrd", "" + kernel.initramfs()));
    command.addAll(List.of("-append", append(spec, init)));
    // The console goes where QEMU's own complaints go, the command channel where neither prints.
    command.addAll(List.of("-chardev", "file,id=console,path=/dev/stderr"));
    command.addAll(List.of("-serial", "chardev:console"));
    command.addAll(List.of("-chardev", "stdio,id=channel,signal=off"));
    command.addAll(List.of("-device", "virtio-serial-pci,max_ports=4"));
    command.addAll(List.of("-device", "virtserialport,chardev=channel,nr=1"));
    String stream = "socket,id=stream,server=on,wait=off,path=" + CommandStream.SOCKET;
    command.addAll(List.of("-chardev", stream, "-device", "virtserialport,chardev=stream,nr=2"));
    command.addAll(
        List.of(
            "-fsdev",
            "local,id=root,path=/,security_model=none,readonly=on,multidevs=remap",
            "-device",
            NINE_P + ",fsdev=root,mount_tag=host"));
    for (int i = 0; i < spec.shares().size(); i++) {
      addShare(command, spec.shares().get(i), GuestFolder.shareTag(i));
    }
    for (int i = 0; i < spec.nics().size(); i++) {
      addNic(command, spec.nics().get(i), i, emulated);
    }
    command.addAll(spec.options());
    return command;
  }

  private static String accelerator(GuestSpec spec) {
    if (spec.accelerator() != null) {
      return spec.accelerator();
    }
    // One thread for all emulated processors: as fast where the dataplane needs a core as well, and
    // with a thread each, QEMU 7.2 now and then leaves one of them in a softirq for minutes.
    return System.getenv().getOrDefault("VHOSTDP_GUEST_ACCEL", "tcg,thread=single");
  }

  private static void addShare(List<String> command, Path folder, String tag) {
    String share = "local,id=" + tag + ",path=" + folder + ",security_model=none,multidevs=remap";
    String device = NINE_P + ",fsdev=" + tag + ",mount_tag=" + tag;
    command.addAll(List.of("-fsdev", share, "-device", device));
  }

  private static String memory(GuestSpec spec) {
    return "memory-backend-memfd,id=ram,share=on,size=" + spec.memoryMiB() + "M";
  }

  private static String append(GuestSpec spec, Path init) {
    // A kernel that panics ends QEMU at once, unless QEMU would take that for a restart.
    String panic = spec.rebootable() ? "panic=0" : "panic=-1";
    String own = "console=ttyS0 quiet cryptomgr.notests " + panic + " vhostdp.init=" + init;
    return spec.append().isBlank() ? own : own + " " + spec.append();
  }

  private static void addNic(List<String> command, GuestNic nic, int index, boolean emulated) {
    String socket = "socket,id=nic" + index + ",path=" + nic.socket().toAbsolutePath();
    if (nic.listening()) {
      socket += ",server=on,wait=off";
    } else if (nic.reconnectSeconds() > 0) {
      socket += ",reconnect=" + nic.reconnectSeconds();
    }
    int pairs = nic.queuePairs();
    String netdev = "vhost-user,id=net" + index + ",chardev=nic" + index + ",queues=" + pairs;
    StringBuilder device = new StringBuilder("virtio-net-pci,netdev=net" + index);
    device.append(",mac=").append(nic.mac());
    device.append(",packed=").append(nic.packed() ? "on" : "off");
    device.append(",mq=").append(pairs > 1 ? "on" : "off");
    // A vector for each queue, one for configuration changes, one for the control queue. QEMU 7.2
    // without KVM dies of a null pointer when a guest uses MSI-X on a vhost-user device, so there
    // the device has the shared interrupt line only.
    device.append(",vectors=").append(emulated ? 0 : 2 * pairs + 2);
    if (nic.mtu() > 0) {
      device.append(",host_mtu=").append(nic.mtu());
    }
    nic.properties().forEach(property -> device.append(',').append(property));
    command.addAll(List.of("-chardev", socket, "-netdev", netdev, "-device", device.toString()));
  }
}
