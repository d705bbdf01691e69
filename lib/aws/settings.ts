import {
  countSetting,
  type Environment,
  readSettingsOf,
  type SettingsOf,
  textSetting,
  wordsSetting,
} from '../model/settings.ts';

/** Every setting of the functions. What AWS calls its own (AWS_REGION, AWS_ENDPOINT_URL, …) its SDK reads itself. */
const SETTINGS = {
  stage: textSetting('ASSAY_STAGE', 'the stage of this deployment, as metrics have it', 'prod'),
  queueUrl: textSetting('ASSAY_QUEUE_URL', 'the address of the queue of steps'),
  busArn: textSetting('ASSAY_BUS_ARN', 'the ARN of the event bus where outcomes go'),
  registryPath: textSetting('ASSAY_REGISTRY_PATH', 'where the documents of clusters are in Parameter Store'),
  sharedSecrets: wordsSetting('ASSAY_SHARED_SECRETS', 'the secrets that the document of any cluster may name'),
  /** Seconds that a message may wait at most; longer waits hop. */
  maxDelaySeconds: countSetting('ASSAY_MAX_DELAY_SECONDS', 'the longest wait of a message', 900, [1, 900]),
  /** Milliseconds for which what was read of the registry is good. */
  registryMaxAgeMs: countSetting('ASSAY_REGISTRY_MAX_AGE_MS', 'how long the registry is kept', 60_000, [0, 3_600_000]),
};

export type FunctionSettings = SettingsOf<typeof SETTINGS>;

/** What the environment of a function says. @throws AssayError ASSAY_SETTING_INVALID, which names every setting that is wrong */
export function readSettings(environment: Environment): FunctionSettings {
  return readSettingsOf(SETTINGS, environment);
}
