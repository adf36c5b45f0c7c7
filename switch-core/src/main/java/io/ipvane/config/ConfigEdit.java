// SPDX-License-Identifier: Apache-2.0
package io.ipvane.config;

/**
 * One change of a configuration, kept apart from the configuration that it is made to, so that it
 * can be made again where somebody else was faster. The result has passed every check that a file
 * passes, and shares with the original what did not change.
 */
@FunctionalInterface
public interface ConfigEdit {
    /**
     * Makes the change to a copy.
     *
     * @return equal to {@code config} where there was nothing to do
     * @throws ConfigException where the result would be wrong, with pointers into the request
     * @throws UnknownElementException where what shall be changed is not there
     */
    SwitchConfig applyTo(SwitchConfig config);
}
