package org.vhostdp.guest.machine;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What to boot.
 *
 * @param nics in the order of eth0, eth1, ...; a guest without any is allowed
 * @param memoryMiB the guest's memory, at least 64
 * @param vcpus virtual processors of QEMU; user-mode Linux always has one
 * @param append more kernel arguments, separated by spaces
 * @param options more arguments for the hypervisor's command line
 * @param shares existing folders of this machine that the guest may write to, each under its own
 *     path; QEMU only
 * @param accelerator QEMU's accelerator and its properties, such as {@code tcg,thread=multi}, or
 *     null for the usual one
 * @param network a shell script that makes QEMU's interfaces in a network namespace of its own,
 *     which ends with it; null for none, with QEMU in this process's namespace
 * @param rebootable whether QEMU lets the guest restart; without it a restart or a panic ends the
 *     guest. User-mode Linux can always restart
 * @param workDir an existing folder in which the guest's own folder is made, without spaces and
 *     colons in its path, or null for the system's temporary folder
 * @param bootLimit until commands must run
 * @param lifetime after which the guest is killed, whatever happens to this process
 */
public record GuestSpec(
    List<GuestNic> nics,
    int memoryMiB,
    int vcpus,
    String append,
    List<String> options,
    List<Path> shares,
    String accelerator,
    String network,
    boolean rebootable,
    Path workDir,
    Duration bootLimit,
    Duration lifetime) {
  /** Checks the ranges. */
  public GuestSpec {
    nics = List.copyOf(nics);
    options = List.copyOf(options);
    shares = List.copyOf(shares);
    if (memoryMiB < 64) {
      throw new IllegalArgumentException(
          "A guest needs 64 MiB of memory at least, not " + memoryMiB + ".");
    }
    if (vcpus < 1) {
      throw new IllegalArgumentException("A guest needs one processor at least.");
    }
  }

  /** 512 MiB, one processor, the given interfaces, two minutes to boot, fifteen to live. */
  public static GuestSpec of(GuestNic... nics) {
    return new GuestSpec(
        List.of(nics),
        512,
        1,
        "",
        List.of(),
        List.of(),
        null,
        null,
        false,
        null,
        Duration.ofMinutes(2),
        Duration.ofMinutes(15));
  }

  /** The same with another amount of memory, in MiB. */
  public GuestSpec withMemory(int mebibytes) {
    return new GuestSpec(
        nics,
        mebibytes,
        vcpus,
        append,
        options,
        shares,
        accelerator,
        network,
        rebootable,
        workDir,
        bootLimit,
        lifetime);
  }

  /** The same with another number of virtual processors. */
  public GuestSpec withVcpus(int count) {
    return new GuestSpec(
        nics,
        memoryMiB,
        count,
        append,
        options,
        shares,
        accelerator,
        network,
        rebootable,
        workDir,
        bootLimit,
        lifetime);
  }

  /** The same with more kernel arguments. */
  public GuestSpec withAppend(String arguments) {
    String all = (append + " " + arguments).strip();
    return new GuestSpec(
        nics,
        memoryMiB,
        vcpus,
        all,
        options,
        shares,
        accelerator,
        network,
        rebootable,
        workDir,
        bootLimit,
        lifetime);
  }

  /** The same with more arguments for the hypervisor. */
  public GuestSpec withOptions(String... arguments) {
    List<String> all = new ArrayList<>(options);
    all.addAll(List.of(arguments));
    return new GuestSpec(
        nics,
        memoryMiB,
        vcpus,
        append,
        all,
        shares,
        accelerator,
        network,
        rebootable,
        workDir,
        bootLimit,
        lifetime);
  }

  /** The same with one more folder that the guest may write to, under the same path as here. */
  public GuestSpec withShare(Path folder) {
    List<Path> all = new ArrayList<>(shares);
    all.add(folder.toAbsolutePath().normalize());
    return new GuestSpec(
        nics,
        memoryMiB,
        vcpus,
        append,
        options,
        all,
        accelerator,
        network,
        rebootable,
        workDir,
        bootLimit,
        lifetime);
  }

  /** The same with another accelerator, in QEMU's words: {@code tcg,thread=multi}. */
  public GuestSpec withAccelerator(String words) {
    return new GuestSpec(
        nics,
        memoryMiB,
        vcpus,
        append,
        options,
        shares,
        words,
        network,
        rebootable,
        workDir,
        bootLimit,
        lifetime);
  }

  /** The same with QEMU in a network namespace of its own, which the script furnishes. */
  public GuestSpec withNetwork(String script) {
    return new GuestSpec(
        nics,
        memoryMiB,
        vcpus,
        append,
        options,
        shares,
        accelerator,
        script,
        rebootable,
        workDir,
        bootLimit,
        lifetime);
  }

  /** The same, allowed to restart. A kernel that panics then stands still until its limit. */
  public GuestSpec withReboots() {
    return new GuestSpec(
        nics,
        memoryMiB,
        vcpus,
        append,
        options,
        shares,
        accelerator,
        network,
        true,
        workDir,
        bootLimit,
        lifetime);
  }

  /** The same with its files in a folder of their own in the given one. */
  public GuestSpec withWorkDir(Path folder) {
    return new GuestSpec(
        nics,
        memoryMiB,
        vcpus,
        append,
        options,
        shares,
        accelerator,
        network,
        rebootable,
        folder,
        bootLimit,
        lifetime);
  }

  /** The same with other limits. */
  public GuestSpec withLimits(Duration boot, Duration life) {
    return new GuestSpec(
        nics,
        memoryMiB,
        vcpus,
        append,
        options,
        shares,
        accelerator,
        network,
        rebootable,
        workDir,
        boot,
        life);
  }
}
