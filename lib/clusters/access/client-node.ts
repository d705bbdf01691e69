/**
 * The parts of the official client that are used. Named one by one, so that a bundle leaves the rest out: the whole is
 * 16 MB, these 1 MB.
 */
export { KubeConfig, loadYaml } from '@kubernetes/client-node';
