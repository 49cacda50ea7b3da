package org.vhostdp.tck.run;

import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import org.vhostdp.spi.Driver;
import org.vhostdp.tck.harness.Harness;
import org.vhostdp.tck.harness.Wire;
import org.vhostdp.tck.mutant.Mutant;

/** A harness whose driver was broken on purpose; its wires are as they were. */
final class BrokenHarness implements Harness {
  private final Harness sound;
  private final Driver driver;

  BrokenHarness(Harness sound, Mutant mutant) {
    this.sound = sound;
    this.driver = mutant.breaks().apply(sound.driver());
  }

  @Override
  public Driver driver() {
    return driver;
  }

  @Override
  public Wire wire(Request request) throws Exception {
    return sound.wire(request);
  }

  @Override
  public String describe() {
    return sound.describe();
  }

  @Override
  public Optional<Path> folder() {
    return sound.folder();
  }

  @Override
  public Set<Integer> privileges() {
    return sound.privileges();
  }
}
