package org.vhostdp.guest.machine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Boots user-mode Linux: a Linux kernel that is an ordinary process, at native speed, without root.
 * Its interfaces are vhost-user devices of virtio_uml, which needs the protocol features REPLY_ACK,
 * CONFIG and BACKEND_REQ.
 */
public final class UmlGuest {
  private static final String MODULES = "/usr/lib/uml/modules";
  private static final Path SHARED_MEMORY = Path.of("/dev/shm");

  /**
   * Choosing the fastest of the RAID checksums, which no guest needs, takes half of the boot; a
   * preset for the delay loop saves most of the rest of the waiting.
   */
  private static final String QUICK_BOOT =
      "initcall_blacklist=raid6_select_algo,calibrate_xor_blocks lpj=20000000 cryptomgr.notests";

  private UmlGuest() {}

  /** A sentence saying why such a guest cannot start here, or empty. */
  public static Optional<String> unavailable() {
    return Tools.missing(
        "A user-mode Linux guest",
        Tools.OF_ANY_GUEST + " linux.uml=user-mode-linux setarch=util-linux");
  }

  /**
   * Boots a guest and waits until it runs commands. An interface whose back-end cannot be reached
   * is missing in the guest; the console says why.
   *
   * @throws IOException if a program is missing, or the guest ended or took too long; the message
   *     holds the console's last lines
   */
  public static GuestMachine start(GuestSpec spec) throws IOException, InterruptedException {
    Optional<String> reason = unavailable();
    if (reason.isPresent()) {
      throw new IOException(reason.get());
    }
    List<Path> sockets = new ArrayList<>();
    for (GuestNic nic : spec.nics()) {
      sockets.add(GuestFolder.requireUsable(nic.socket()));
    }
    String token = UUID.randomUUID().toString();
    GuestFolder folder = GuestFolder.in(spec.workDir());
    Path init =
        folder.writeInit(
            new GuestFolder.Settings(
                token, "/dev/tty1", "", MODULES, !sockets.isEmpty(), List.of()));
    Map<String, String> environment = Map.of("TMPDIR", memoryFolder(spec, folder).toString());
    return BootedGuest.boot(
        "The user-mode Linux guest",
        folder,
        token,
        spec.withReboots(),
        command(spec, sockets, folder, init),
        environment);
  }

  private static List<String> command(
      GuestSpec spec, List<Path> sockets, GuestFolder folder, Path init) {
    // The kernel prints on standard output too, so the channel moves out of its way. With its
    // addresses randomized it counts the gap before its heap as memory and shares that as well.
    List<String> command = new ArrayList<>();
    command.addAll(
        List.of("bash", "-c", "exec \"$@\" 3<&0 4>&1 </dev/null >&2", "uml", "setarch", "-R"));
    command.addAll(List.of("linux.uml", "mem=" + spec.memoryMiB() + "M"));
    command.addAll(List.of("rootfstype=hostfs", "rootflags=/", "ro", "init=" + init));
    for (Path socket : sockets) {
      command.add("virtio_uml.device=" + socket + ":1");
    }
    command.addAll(List.of("con=null", "con0=null,fd:2", "con1=fd:3,fd:4", "ssl=null", "quiet"));
    command.addAll(List.of("uml_dir=" + folder.path(), "umid=u"));
    command.addAll(List.of(QUICK_BOOT.split(" ")));
    if (!spec.append().isBlank()) {
      command.addAll(List.of(spec.append().split(" +")));
    }
    command.addAll(spec.options());
    return command;
  }

  /**
   * Where the kernel makes its memory file, which it unlinks at once: in memory if there is room.
   */
  private static Path memoryFolder(GuestSpec spec, GuestFolder folder) throws IOException {
    long needed = (spec.memoryMiB() + 64L) << 20;
    boolean fits =
        Files.isWritable(SHARED_MEMORY)
            && Files.getFileStore(SHARED_MEMORY).type().equals("tmpfs")
            && Files.getFileStore(SHARED_MEMORY).getUsableSpace() > needed;
    return fits ? SHARED_MEMORY : folder.path();
  }
}
