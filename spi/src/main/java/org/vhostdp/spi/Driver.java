package org.vhostdp.spi;

/**
 * One way to move Ethernet frames: the provider that {@link java.util.ServiceLoader} finds in a
 * driver's module.
 *
 * <p>Threads: control threads only; methods may block. Instances are created once per host and
 * opened many times, possibly from several control threads at once.
 *
 * <ul>
 *   <li><b>LIFE-1</b> {@link #probe()} has no side effects: no device, file, process or thread is
 *       left behind, and it may be called any number of times.
 *   <li><b>LIFE-2</b> The constructor, {@link #info()} and {@link #schema()} need no privilege, no
 *       native library and no device.
 *   <li><b>LIFE-3</b> A failed {@link #open} has released everything it took.
 *   <li><b>LIFE-4</b> A driver starts no threads and calls nobody back.
 *   <li><b>LIFE-10</b> What was closed can be opened again at once, any number of times, and frames
 *       flow.
 *   <li><b>LEAK-5</b> Nothing outside a driver's module holds its classes: once the host has
 *       dropped the driver and its closed ports, its module layer is garbage.
 *   <li><b>LEAK-6</b> When a process is killed while a port is open, another can open the same
 *       device at once.
 *   <li><b>SEC-1</b> A driver starts no process.
 *   <li><b>SEC-2</b> A driver binds no TCP or UDP port that its configuration does not name.
 *   <li><b>SEC-5</b> Burst methods need no privilege; open, start and close need no more than the
 *       driver's documentation names.
 * </ul>
 */
public interface Driver {
  /** Who this is. Constant. */
  DriverInfo info();

  /** The configuration keys of {@link #open}. Constant; it drives help and error messages. */
  ConfigSchema schema();

  /** Whether this driver can run on this machine, with this process's privileges, now. */
  Probe probe();

  /**
   * Opens a port. The configuration has passed {@link #schema()}.
   *
   * @param config validated values, defaults filled in
   * @param host services for the driver; outlives the port
   * @return a port that the caller owns and closes
   * @throws DriverException with a sentence for the operator; nothing stays open
   */
  Port open(PortConfig config, Host host) throws DriverException;
}
