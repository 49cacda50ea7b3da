package org.vhostdp.tck.mutant;

import java.util.function.UnaryOperator;
import org.vhostdp.spi.Driver;

/**
 * A broken driver: the reference driver, or any other, with one rule broken.
 *
 * @param rule the rule it breaks, and no other
 * @param name what is wrong, a few words
 * @param says a part of the sentence that the rule's test must give; no other rule's test says it
 * @param breaks wraps a sound driver
 */
public record Mutant(String rule, String name, String says, UnaryOperator<Driver> breaks) {}
