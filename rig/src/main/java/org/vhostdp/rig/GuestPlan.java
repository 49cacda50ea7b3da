package org.vhostdp.rig;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a test needs of a guest. Tests with equal plans share one boot.
 *
 * @param memoryMiB the guest's memory
 * @param vcpus its processors
 * @param accelerator QEMU's accelerator, such as {@code tcg,thread=multi}, or null for the usual
 * @param append kernel arguments, such as {@code intel_iommu=on}
 * @param options more arguments for QEMU: devices, networks
 * @param network a shell script that makes QEMU's interfaces in a network namespace of its own, or
 *     null: QEMU then is in this process's
 * @param modules kernel modules of the distribution that are loaded first, in this order
 * @param files module files that are loaded after them, in this order
 * @param hugepages pages of 2 MiB; their folder is then in the variable VHOSTDP_HUGEPAGES
 * @param environment variables of every command
 * @param bootLimit until commands must run
 * @param lifetime after which the guest is killed
 */
public record GuestPlan(
    int memoryMiB,
    int vcpus,
    String accelerator,
    List<String> append,
    List<String> options,
    String network,
    List<String> modules,
    List<Path> files,
    int hugepages,
    Map<String, String> environment,
    Duration bootLimit,
    Duration lifetime) {
  /** Copies the lists. */
  public GuestPlan {
    append = List.copyOf(append);
    options = List.copyOf(options);
    modules = List.copyOf(modules);
    files = List.copyOf(files);
    environment = Map.copyOf(environment);
  }

  /** 1536 MiB, one processor, no devices, a minute to boot, 14 minutes to live. */
  public static GuestPlan standard() {
    return new GuestPlan(
        1536,
        1,
        null,
        List.of(),
        List.of(),
        null,
        List.of(),
        List.of(),
        0,
        Map.of(),
        Duration.ofSeconds(60),
        Duration.ofMinutes(14));
  }

  /** The same with another amount of memory, in MiB. */
  public GuestPlan withMemory(int mebibytes) {
    return new GuestPlan(
        mebibytes,
        vcpus,
        accelerator,
        append,
        options,
        network,
        modules,
        files,
        hugepages,
        environment,
        bootLimit,
        lifetime);
  }

  /** The same with other processors; QEMU runs them on a thread each if {@code threads}. */
  public GuestPlan withVcpus(int count, boolean threads) {
    return withVcpus(count).withAccelerator(threads ? "tcg,thread=multi" : null);
  }

  /** The same with another number of processors. */
  public GuestPlan withVcpus(int count) {
    return new GuestPlan(
        memoryMiB,
        count,
        accelerator,
        append,
        options,
        network,
        modules,
        files,
        hugepages,
        environment,
        bootLimit,
        lifetime);
  }

  /** The same with another accelerator of QEMU's. */
  public GuestPlan withAccelerator(String words) {
    return new GuestPlan(
        memoryMiB,
        vcpus,
        words,
        append,
        options,
        network,
        modules,
        files,
        hugepages,
        environment,
        bootLimit,
        lifetime);
  }

  /** The same with more kernel arguments. */
  public GuestPlan withAppend(String... arguments) {
    return new GuestPlan(
        memoryMiB,
        vcpus,
        accelerator,
        joined(append, List.of(arguments)),
        options,
        network,
        modules,
        files,
        hugepages,
        environment,
        bootLimit,
        lifetime);
  }

  /** The same with more arguments for QEMU. */
  public GuestPlan withOptions(String... arguments) {
    return new GuestPlan(
        memoryMiB,
        vcpus,
        accelerator,
        append,
        joined(options, List.of(arguments)),
        network,
        modules,
        files,
        hugepages,
        environment,
        bootLimit,
        lifetime);
  }

  /**
   * The same with QEMU in a network namespace of its own. The script makes what its options name:
   * {@code ip tuntap add ...}.
   */
  public GuestPlan withNetwork(String script) {
    return new GuestPlan(
        memoryMiB,
        vcpus,
        accelerator,
        append,
        options,
        script,
        modules,
        files,
        hugepages,
        environment,
        bootLimit,
        lifetime);
  }

  /** The same with more modules of the distribution's kernel. */
  public GuestPlan withModules(String... names) {
    return new GuestPlan(
        memoryMiB,
        vcpus,
        accelerator,
        append,
        options,
        network,
        joined(modules, List.of(names)),
        files,
        hugepages,
        environment,
        bootLimit,
        lifetime);
  }

  /** The same with one more module, by its file. */
  public GuestPlan withModuleFile(Path file) {
    return new GuestPlan(
        memoryMiB,
        vcpus,
        accelerator,
        append,
        options,
        network,
        modules,
        joined(files, List.of(file)),
        hugepages,
        environment,
        bootLimit,
        lifetime);
  }

  /** The same with huge pages of 2 MiB. */
  public GuestPlan withHugepages(int pages) {
    return new GuestPlan(
        memoryMiB,
        vcpus,
        accelerator,
        append,
        options,
        network,
        modules,
        files,
        pages,
        environment,
        bootLimit,
        lifetime);
  }

  /** The same with one more variable. */
  public GuestPlan withEnvironment(String name, String value) {
    Map<String, String> all = new TreeMap<>(environment);
    all.put(name, value);
    return new GuestPlan(
        memoryMiB,
        vcpus,
        accelerator,
        append,
        options,
        network,
        modules,
        files,
        hugepages,
        all,
        bootLimit,
        lifetime);
  }

  /** The same with other limits. */
  public GuestPlan withLimits(Duration boot, Duration life) {
    return new GuestPlan(
        memoryMiB,
        vcpus,
        accelerator,
        append,
        options,
        network,
        modules,
        files,
        hugepages,
        environment,
        boot,
        life);
  }

  private static <T> List<T> joined(List<T> some, List<T> more) {
    List<T> all = new ArrayList<>(some);
    all.addAll(more);
    return all;
  }
}
